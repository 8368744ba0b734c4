#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# web.pl FILE PORT-FILE: a server on a free port, which it writes to PORT-FILE,
# that gives FILE in good and bad ways, one connection after another:
#
#	/good.tar.gz     the whole
#	/moved           a redirect to it; /loop one to itself
#	/file            a redirect to file:///etc/passwd
#	/breaks          half of it, then the rest of what is asked for by range
#	/forgets         half of it, then the whole again, whatever is asked for
#	/changes         as /breaks, but it is another thing at the second time
#	/never           half of it, always
#	/endless         without an end
#	/stalls          nothing behind the head
#	/busy            503 once, then the whole
#	/missing, /secret  404, 403
use strict;
use warnings;
use IO::Socket::INET;

my ($file, $port_file) = @ARGV;
open(my $in, '<:raw', $file) or die "$file: $!";
my $body = do { local $/; <$in> };
my $size = length $body;
my $half = int($size / 2);
my %seen;

$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', Listen => 8, ReuseAddr => 1) or die $!;
open(my $out, '>', "$port_file.new") or die $!;
print $out $server->sockport, "\n";
close $out;
rename "$port_file.new", $port_file;

sub reply
{
	my ($c, $status, $bytes, %head) = @_;
	$head{'Content-Length'} //= length $bytes;
	print $c "HTTP/1.1 $status X\r\nConnection: close\r\n",
	    (map { "$_: $head{$_}\r\n" } sort keys %head), "\r\n", $bytes;
}

sub whole
{
	my ($c) = @_;
	reply($c, 200, $body, ETag => '"one"');
}

sub part
{
	my ($c, $from, $tag) = @_;
	reply($c, 206, substr($body, $from), ETag => $tag,
	    'Content-Range' => "bytes $from-" . ($size - 1) . "/$size");
}

sub first_half
{
	my ($c, $tag) = @_;
	reply($c, 200, substr($body, 0, $half), 'Content-Length' => $size,
	    ETag => $tag);
}

sub breaks
{
	my ($c, $n, $from, $if, $tag) = @_;
	return first_half($c, '"one"') if $n == 1;
	# A range is for who has the same thing; the others get the whole.
	return part($c, $from, $tag) if defined $from && $if eq $tag;
	reply($c, 200, $body, ETag => $tag);
}

while (my $c = $server->accept) {
	my ($path, $from, $if) = ('', undef, '');
	while (defined(my $line = <$c>)) {
		$path = $1 if $line =~ m{^GET (\S+) };
		$from = $1 if $line =~ /^Range: bytes=(\d+)-\r/i;
		$if = $1 if $line =~ /^If-Range: (.*)\r/i;
		last if $line eq "\r\n";
	}
	my $n = ++$seen{$path};
	if ($path eq '/good.tar.gz') {
		whole($c);
	} elsif ($path eq '/moved') {
		reply($c, 302, '', Location => '/good.tar.gz');
	} elsif ($path eq '/loop') {
		reply($c, 302, '', Location => '/loop');
	} elsif ($path eq '/file') {
		reply($c, 302, '', Location => 'file:///etc/passwd');
	} elsif ($path eq '/breaks') {
		breaks($c, $n, $from, $if, '"one"');
	} elsif ($path eq '/changes') {
		breaks($c, $n, $from, $if, '"two"');
	} elsif ($path eq '/forgets') {
		$n == 1 ? first_half($c, '"one"') : whole($c);
	} elsif ($path eq '/never') {
		first_half($c, '"one"');
	} elsif ($path eq '/endless') {
		print $c "HTTP/1.1 200 X\r\nConnection: close\r\n\r\n";
		1 while print $c ('x' x 65536);
	} elsif ($path eq '/stalls') {
		print $c "HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n";
		$c->flush;
		1 while sysread($c, my $dropped, 4096);
	} elsif ($path eq '/busy') {
		$n == 1 ? reply($c, 503, 'busy') : whole($c);
	} elsif ($path eq '/secret') {
		reply($c, 403, 'no');
	} else {
		reply($c, 404, 'nothing');
	}
	close $c;
}
