#!/usr/bin/perl
# Writes the small geo databases the tests read: make_geo_databases.pl OUTPUT_DIR
#   nested.mmdb   MaxMind's records, both address families
#   flat.mmdb     @ip-location-db's records, both address families
#   ipv4.mmdb     MaxMind's records, IPv4 only
#   other.mmdb    like nested.mmdb with another answer, for the swap of a database that is in use
use strict;
use utf8;
use warnings;
use MaxMind::DB::Writer::Tree;

my ($dir) = @ARGV;
defined $dir or die "usage: make_geo_databases.pl OUTPUT_DIR\n";

my %types = (
    country => 'map', iso_code => 'utf8_string', names => 'map', en => 'utf8_string', de => 'utf8_string', fr => 'utf8_string',
    subdivisions => ['array', 'map'], city => 'map', location => 'map', latitude => 'double', longitude => 'double',
);
my %flat_types = (
    country_code => 'utf8_string', city => 'utf8_string', state1 => 'utf8_string', state2 => 'utf8_string',
    latitude => 'float', longitude => 'float',
);

sub write_database {
    my ($name, $ip_version, $types, %networks) = @_;
    my $tree = MaxMind::DB::Writer::Tree->new(
        ip_version => $ip_version, record_size => 24, database_type => 'Picolytics-Test',
        languages => ['en'], description => { en => 'Test data' }, alias_ipv6_to_ipv4 => 0, remove_reserved_networks => 0,
        map_key_type_callback => sub { $types->{ $_[0] } },
    );
    $tree->insert_network($_, $networks{$_}) for sort keys %networks;
    open my $file, '>:raw', "$dir/$name" or die "$dir/$name: $!\n";
    $tree->write_tree($file);
    close $file or die "$dir/$name: $!\n";
}

my $gaosha = {
    country => { iso_code => 'CN', names => { en => 'China' } },
    subdivisions => [ { iso_code => 'FJ', names => { en => 'Fujian', fr => 'Province de Fujian' } } ],
    city => { names => { de => 'Gaosha (de)', en => 'Gaosha' } },
    location => { latitude => 26.4837, longitude => 117.925 },
};
my %nested = (
    '1.0.1.0/24' => $gaosha,
    '203.0.113.0/28' => {    # no English names
        country => { iso_code => 'de' },
        subdivisions => [ { names => { fr => 'Bavière' } } ],
        city => { names => { de => 'München' } },
    },
    '203.0.113.16/28' => { country => { iso_code => 'XX' } },
    '203.0.113.32/28' => { country => { iso_code => 'T1' } },
    '203.0.113.48/28' => { country => { iso_code => 'A1' } },
    '203.0.113.64/28' => { country => { iso_code => 'Germany' } },
    '203.0.113.80/28' => { city => { names => {} } },
    '203.0.113.96/28' => { city => { names => { en => 'x' x 255 } } },
    '203.0.113.112/28' => { city => { names => { en => 'x' x 256 } } },
);

write_database('nested.mmdb', 6, \%types, %nested,
    '2001:db8::/32' => { country => { iso_code => 'NZ' }, location => { latitude => -36.5, longitude => 174.75 } });
write_database('ipv4.mmdb', 4, \%types, %nested);
write_database('other.mmdb', 6, \%types, '1.0.1.0/24' => { country => { iso_code => 'AU' } });
write_database('flat.mmdb', 6, \%flat_types,
    '1.0.1.0/24' => { country_code => 'CN', state1 => 'Fujian', city => 'Gaosha', latitude => 26.5, longitude => 117.925 },
    '203.0.113.16/28' => { country_code => 'ZZ' },
    '2001:db8::/32' => { country_code => 'nz' });
