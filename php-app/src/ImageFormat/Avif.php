<?php

/**
 * AVIF: boxes (ISO/IEC 14496-12). A still image is the primary one of the items in `meta`, which may come after the
 * data (`mdat`, or `idat` within `meta`); a sequence is a track in `moov`.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Avif implements Format
{
    /**
     * Boxes that a file has. What follows the image and is something else need not be a box at all.
     * The Rust app has the same list.
     */
    private const KNOWN = [
        'meta', 'mdat', 'emsg', 'free', 'meco', 'mfra', 'moof', 'moov', 'pdin', 'prft', 'sidx', 'skip', 'ssix', 'styp',
        'udta', 'uuid', 'wide',
    ];

    /** Version and flags. */
    private const VERSION_BYTES = 4;

    private readonly AvifSizes $sizes;
    private readonly Pieces $pieces;
    private bool $hasMeta = false;
    private bool $hasData = false;

    private function __construct(private readonly Bytes $bytes, private readonly \Closure $onSize)
    {
        $this->sizes = new AvifSizes();
        $this->pieces = new Pieces();
    }

    public static function read(Bytes $bytes, \Closure $onSize): Image
    {
        $avif = new self($bytes, $onSize);
        $avif->follow();
        $size = $avif->sizes->seen() ?? throw Broken::because('it does not say how large its image is');
        if (!$avif->hasData) {
            throw Broken::because('it has no image data');
        }

        return new Image('image/avif', ...$size);
    }

    private function follow(): void
    {
        $length = $this->bytes->length;
        for ($offset = 0; $offset < $length; $offset = $to) {
            $isWhole = ($this->hasMeta || $this->sizes->hasTrack()) && $this->hasData;
            try {
                [$type, $from, $to] = $this->box($offset, $length);
            } catch (Broken $broken) {
                // Too short for a box, or of no valid size.
                $this->pieces->check();
                $isWhole || throw $broken;

                return;
            }
            if ($isWhole && $to > $length && !in_array($type, self::KNOWN, true)) {
                return;
            }
            $this->top($type, $from, $to);
            $this->bytes->checkEnd($to);
        }
    }

    private function top(string $type, int $from, int $to): void
    {
        if ($type === 'ftyp' && $to - $from >= 4) {
            $this->sizes->prefersTrack = $this->bytes->at($from, 4) === 'avis';
        } elseif ($type === 'meta') {
            if ($this->hasMeta) {
                throw Broken::because('it has two `meta` boxes');
            }
            $this->hasMeta = true;
            $this->meta($from + self::VERSION_BYTES, $to);
        } elseif ($type === 'moov') {
            $this->movie($from, $to);
        } elseif ($type === 'mdat') {
            $this->hasData = true;
        }
    }

    private function meta(int $from, int $to): void
    {
        foreach ($this->inside($from, $to) as [$type, $start, $end]) {
            if ($type === 'pitm') {
                $this->primary($start, $end - $start);
            } elseif ($type === 'iprp') {
                $this->properties($start, $end);
            } elseif ($type === 'idat') {
                $this->hasData = true;
            }
        }
    }

    private function primary(int $from, int $length): void
    {
        $fits = $length >= self::VERSION_BYTES + 2;
        if ($fits && $this->bytes->byte($from) === 0) {
            $this->sizes->primary ??= $this->bytes->big($from + 4, 2);
        } elseif ($fits) {
            // A number of 32 bits, of which what is missing counts as zero.
            $number = $this->bytes->at($from + 4, $length >= self::VERSION_BYTES + 4 ? 4 : 2);
            $this->sizes->primary ??= unpack('N', str_pad($number, 4, "\0"))[1];
        }
    }

    private function properties(int $from, int $to): void
    {
        foreach ($this->inside($from, $to) as [$type, $start, $end]) {
            if ($type === 'ipco') {
                $this->propertyList($start, $end);
            } elseif ($type === 'ipma' && $end - $start >= self::VERSION_BYTES + 4) {
                $this->associations($start, $end);
            }
        }
    }

    private function propertyList(int $from, int $to): void
    {
        foreach ($this->inside($from, $to) as [$type, $start, $end]) {
            $this->sizes->count++;
            if ($type === 'ispe') {
                if ($end - $start < 12) {
                    throw Broken::because('a box is too short');
                }
                // Behind a version and flags.
                $size = [$this->bytes->big($start + 4, 4), $this->bytes->big($start + 8, 4)];
                $this->sizes->property($size);
                ($this->onSize)(...$size);
            } elseif ($type === 'irot' && $end > $start) {
                $this->sizes->property(($this->bytes->byte($start) & 1) === 1);
            }
        }
    }

    /** Which properties the items have: those of the primary one matter. */
    private function associations(int $offset, int $to): void
    {
        $idBytes = $this->bytes->byte($offset) === 0 ? 2 : 4;
        $indexBytes = ($this->bytes->byte($offset + 3) & 1) === 0 ? 1 : 2;
        $items = $this->bytes->big($offset + 4, 4);
        $offset += 8;
        for (; $items > 0 && $to - $offset >= $idBytes + 1; $items--) {
            $this->pieces->add($idBytes + 1);
            $item = $this->bytes->big($offset, $idBytes);
            $count = $this->bytes->byte($offset + $idBytes);
            $offset += $idBytes + 1;
            if ($to - $offset < $count * $indexBytes) {
                return;
            }
            for ($index = 0; $item === $this->sizes->primary && $index < $count; $index++) {
                // An item may be listed again and again.
                $this->pieces->add($indexBytes);
                // The highest bit says whether the property matters, which it does.
                $number = $this->bytes->big($offset + $index * $indexBytes, $indexBytes);
                $this->sizes->associate($number & ($indexBytes === 1 ? 0x7F : 0x7FFF));
            }
            $offset += $count * $indexBytes;
        }
    }

    /** Only the size of a sequence is looked for in its description, which decoders know better. */
    private function movie(int $from, int $to): void
    {
        try {
            foreach ($this->inside($from, $to) as [$type, $start, $end]) {
                if ($type === 'trak') {
                    foreach ($this->inside($start, $end) as [$type, $header, $headerEnd]) {
                        $type === 'tkhd' && $this->track($header, $headerEnd);
                    }
                }
            }
        } catch (Broken) {
            $this->pieces->check();
        }
    }

    /** Times and numbers come first; their length depends on the version. */
    private function track(int $from, int $to): void
    {
        if ($to - $from < self::VERSION_BYTES) {
            return;
        }
        $size = $from + self::VERSION_BYTES + ($this->bytes->byte($from) === 0 ? 72 : 84);
        if ($to - $size >= 8) {
            // Numbers with 16 bits behind the point.
            $sides = [$this->bytes->big($size, 2), $this->bytes->big($size + 4, 2)];
            $this->sizes->track(...$sides);
            ($this->onSize)(...$sides);
        }
    }

    /**
     * The boxes within another one: type, where the content begins and ends.
     *
     * @return \Generator<array{string, int, int}>
     */
    private function inside(int $from, int $to): \Generator
    {
        for (; $from < $to; $from = $end) {
            if ($to - $from < 8) {
                throw Broken::because('a box has no valid size');
            }
            [$type, $start, $end] = $this->box($from, $to);
            if ($end > $to) {
                throw Broken::because('a box has no valid size');
            }
            yield [$type, $start, $end];
        }
        if ($from > $to) {
            throw Broken::because('a box is too short');
        }
    }

    /** @return array{string, int, int} type of the box at an offset, where its content begins, where it ends */
    private function box(int $offset, int $endOfParent): array
    {
        $size = $this->bytes->big($offset, 4);
        $type = $this->bytes->at($offset + 4, 4);
        $header = $size === 1 ? 16 : 8;
        $toTheEnd = $size === 0;
        $size = match ($size) {
            0 => $endOfParent - $offset,
            1 => $this->bytes->big($offset + 8, 8),
            default => $size,
        };
        // A size beyond 63 bits is negative here.
        if ($size >= 0 && $size < $header) {
            throw Broken::because('a box has no valid size');
        }
        $this->pieces->add(match (true) {
            $toTheEnd => 0,
            $size < 0 => PHP_INT_MAX,
            default => $size,
        });

        return [$type, $offset + $header, $size < 0 || $size > PHP_INT_MAX - $offset ? PHP_INT_MAX : $offset + $size];
    }
}
