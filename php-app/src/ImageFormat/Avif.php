<?php

/**
 * AVIF: boxes (ISO/IEC 14496-12) up to the file's end. `meta` tells the sizes of the image and its parts
 * (`iprp`, `ipco`, `ispe`) and may come after the data (`mdat`, or `idat` within `meta`).
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Avif
{
    /** In one box; no property of an image can be referred to by a larger number than half of this. */
    private const MAX_BOXES = 1 << 16;

    private bool $hasData = false;

    private int $width = 0;

    private int $height = 0;

    private function __construct(private readonly Bytes $bytes)
    {
    }

    public static function read(Bytes $bytes): Image
    {
        $avif = new self($bytes);
        $hasMeta = false;
        foreach ($avif->boxes(0, $bytes->length) as [$type, $from, $to]) {
            if ($type === 'meta') {
                $hasMeta = true;
                // A version and flags come first.
                $avif->readMeta($from + 4, $to);
            }
            $avif->hasData = $avif->hasData || $type === 'mdat';
        }
        if (!$hasMeta || !$avif->hasData) {
            throw Broken::endsEarly();
        }

        return new Image('image/avif', $avif->width, $avif->height);
    }

    private function readMeta(int $from, int $to): void
    {
        foreach ($this->boxes($from, $to) as [$type, $start, $end]) {
            if ($type === 'iprp') {
                $this->readProperties($start, $end);
            }
            $this->hasData = $this->hasData || $type === 'idat';
        }
    }

    private function readProperties(int $from, int $to): void
    {
        foreach ($this->boxes($from, $to) as [$type, $start, $end]) {
            if ($type === 'ipco') {
                foreach ($this->boxes($start, $end) as [$property, $content]) {
                    $property !== 'ispe' || $this->takeLarger($content + 4);
                }
            }
        }
    }

    /** The largest size is the image's own: what else has one, such as the tiles of a grid, is a part of it. */
    private function takeLarger(int $offset): void
    {
        $width = $this->bytes->big($offset, 4);
        $height = $this->bytes->big($offset + 4, 4);
        if ($width * $height > $this->width * $this->height) {
            [$this->width, $this->height] = [$width, $height];
        }
    }

    /**
     * The boxes one after the other: type, where the content begins, where it ends.
     *
     * @return \Generator<array{string, int, int}>
     */
    private function boxes(int $from, int $to): \Generator
    {
        for ($count = 0; $from < $to; $from += $size) {
            $size = $this->bytes->big($from, 4);
            $header = $size === 1 ? 16 : 8;
            $size = match ($size) {
                // Up to the end of what it is in.
                0 => $to - $from,
                1 => $this->bytes->big($from + 8, 8),
                default => $size,
            };
            // A size beyond 63 bits is negative here.
            if ($size < 0 || $size > $to - $from) {
                throw Broken::endsEarly();
            }
            if ($size < $header || ++$count > self::MAX_BOXES) {
                throw Broken::because('its boxes are damaged');
            }
            yield [$this->bytes->at($from + 4, 4), $from + $header, $from + $size];
        }
    }
}
