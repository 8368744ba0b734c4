# SPDX-License-Identifier: Apache-2.0
"""As much of Protocol Buffers as the gRPC scene's messages need."""


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def message(**fields):
    """message(f1=7, f2="text", f3=[b"...", ...]) as wire bytes."""
    out = b""
    for name, value in fields.items():
        number = int(name[1:])
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, int):
                out += varint(number << 3) + varint(item)
                continue
            data = item.encode() if isinstance(item, str) else item
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def first_int(data):
    """The value of a leading varint field, 0 when there is none."""
    value = shift = 0
    for byte in data[1:]:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value
