<?php

/**
 * The domain in which a region's S3 is: each of AWS's partitions has its own.
 *
 * AWS: https://docs.aws.amazon.com/general/latest/gr/rande.html
 */

declare(strict_types=1);

namespace ImageApp;

final class DnsSuffix
{
    private const OF_BEGINNING = [
        'cn-' => 'amazonaws.com.cn',
        'eusc-' => 'amazonaws.eu',
        'us-iso-' => 'c2s.ic.gov',
        'us-isob-' => 'sc2s.sgov.gov',
        'eu-isoe-' => 'cloud.adc-e.uk',
        'us-isof-' => 'csp.hci.ic.gov',
    ];

    public static function of(string $region): string
    {
        foreach (self::OF_BEGINNING as $beginning => $suffix) {
            if (str_starts_with($region, $beginning)) {
                return $suffix;
            }
        }

        return 'amazonaws.com';
    }
}
