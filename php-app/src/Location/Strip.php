<?php

/**
 * Takes the positions out of an image: where a photograph was taken, in Exif data and in XMP. Whatever else the file has
 * stays as it is, byte for byte and in its place, so that neither pixels nor lengths change.
 * The Rust app does the same; a change here belongs there too.
 */

declare(strict_types=1);

namespace ImageApp\Location;

use ImageApp\Edits;
use ImageApp\FileSlice;
use ImageApp\ImageFormat\Broken;
use ImageApp\ImageFormat\Bytes;
use ImageApp\ImageFormat\Pieces;

final class Strip
{
    /** Metadata that is longer is not looked into: all of it is overwritten. */
    private const LONGEST_METADATA = 256 * 1024;

    private const EXIF = "Exif\0\0";
    private const XMP = ["http://ns.adobe.com/xap/1.0/\0", "http://ns.adobe.com/xmp/extension/\0"];
    private const PNG_XMP = 'XML:com.adobe.xmp';

    /** With these, all of the metadata is in a text of hexadecimal numbers. */
    private const PNG_RAW = ['raw profile type exif', 'raw profile type app1', 'raw profile type xmp'];

    private const LONGEST_KEYWORD = 80;

    /** Nothing, compressed. */
    private const NOTHING = "\x78\x9C\x03\0\0\0\0\x01";

    private readonly Budget $budget;

    private function __construct(private readonly Bytes $bytes)
    {
        $this->budget = new Budget();
    }

    /** The file without positions; a file that was checked before. */
    public static function from(FileSlice $file, string $contentType): FileSlice
    {
        // GIF has no place for positions that programs agree on, and AVIF's are left in it.
        return in_array($contentType, ['image/jpeg', 'image/png', 'image/webp'], true)
            ? $file->with(new Edits(static fn (): \Generator => self::edits($file, $contentType)))
            : $file;
    }

    /** @return \Generator<int, string|int> */
    private static function edits(FileSlice $file, string $contentType): \Generator
    {
        $strip = new self(new Bytes($file));
        try {
            yield from match ($contentType) {
                'image/jpeg' => $strip->jpeg(),
                'image/png' => $strip->png(),
                'image/webp' => $strip->webp(),
            };
        } catch (Broken) {
            // The file's end, or too many tiny pieces behind an image: what follows it need not be anything.
        }
    }

    /**
     * Exif and XMP in APP1 segments, of the image and of those that stand behind it.
     *
     * @return \Generator<int, string|int>
     */
    private function jpeg(): \Generator
    {
        // Behind the image, nobody else counts them.
        $pieces = new Pieces();
        $offset = 2;
        while (true) {
            // In an image: the next marker that is not a part of a scan.
            $offset = $this->bytes->find('~\xFF[\x02-\xCF\xD8-\xFE]~', $offset) + 2;
            $code = $this->bytes->byte($offset - 1);
            $isSegment = ($code >= 0xC0 && $code <= 0xCF) || $code >= 0xDA;
            $length = $isSegment ? $this->bytes->big($offset, 2) : 0;
            if ($length < 2) {
                // The end, or what makes no sense. Cameras put further images there.
                $offset = $this->nextImage($isSegment ? $offset + 2 : $offset);
                $pieces->add(0);
                continue;
            }
            $pieces->add($length);
            if ($code === 0xE1) {
                yield from $this->segment($offset + 2, $length - 2);
            }
            $offset += $length;
        }
    }

    private function nextImage(int $offset): int
    {
        return $this->bytes->find('~\xFF\xD8\xFF~', $offset, 3) + 2;
    }

    /** @return \Generator<int, string|int> */
    private function segment(int $from, int $length): \Generator
    {
        $content = $this->bytes->at($from, $length);
        if (str_starts_with($content, self::EXIF)) {
            yield from self::edit($from, $this->exif($content));
        }
        foreach (self::XMP as $name) {
            if (str_starts_with($content, $name)) {
                yield from self::edit($from + strlen($name), Xmp::strip(substr($content, strlen($name)), $this->budget));
            }
        }
    }

    /** @return \Generator<int, string|int> */
    private function webp(): \Generator
    {
        $end = 8 + $this->bytes->little(4, 4);
        for ($offset = 12; $offset + 8 <= $end; $offset += 8 + $length + ($length & 1)) {
            $type = $this->bytes->at($offset, 4);
            $length = $this->bytes->little($offset + 4, 4);
            // ImageMagick's name for XMP ends in a zero.
            $isXmp = $type === 'XMP ' || $type === "XMP\0";
            if ($type !== 'EXIF' && !$isXmp) {
                continue;
            }
            if ($length > self::LONGEST_METADATA) {
                $this->bytes->checkEnd($offset + 8 + $length);
                yield $offset + 8 => $length;
                continue;
            }
            $content = $this->bytes->at($offset + 8, $length);
            if ($isXmp) {
                yield from self::edit($offset + 8, Xmp::strip($content, $this->budget));
            } else {
                yield from self::edit($offset + 8, $this->exif($content));
            }
        }
    }

    /** @return \Generator<int, string|int> */
    private function png(): \Generator
    {
        for ($offset = 8; true; $offset += $length + 12) {
            ['length' => $length, 'type' => $type] = unpack('Nlength/a4type', $this->bytes->at($offset, 8));
            if ($type === 'IEND') {
                return;
            }
            if (!in_array($type, ['eXIf', 'iTXt', 'zTXt', 'tEXt'], true)) {
                continue;
            }
            if ($length > self::LONGEST_METADATA) {
                yield from $this->longPngMetadata($type, $offset + 8, $length);
                continue;
            }
            $content = $this->bytes->at($offset + 8, $length);
            $new = $type === 'eXIf' ? $this->exif($content) : $this->pngText($type, $content);
            if ($new !== null) {
                yield $offset + 8 => $new . pack('N', crc32($type . $new));
            }
        }
    }

    /**
     * Overwrites all but the keyword.
     *
     * @return \Generator<int, string|int>
     */
    private function longPngMetadata(string $type, int $from, int $length): \Generator
    {
        $this->bytes->checkEnd($from + $length + 4);
        $start = $type === 'eXIf' ? '' : $this->bytes->at($from, self::LONGEST_KEYWORD);
        $keyword = explode("\0", $start)[0];
        if ($type !== 'eXIf' && $keyword !== self::PNG_XMP && !self::isSecret($keyword)) {
            return;
        }
        $zeros = $length - strlen($keyword);
        $sum = hash_init('crc32b');
        hash_update($sum, $type . $keyword);
        for ($left = $zeros; $left > 0; $left -= FileSlice::BLOCK) {
            hash_update($sum, str_repeat("\0", min($left, FileSlice::BLOCK)));
        }
        // The keyword stays as it is.
        yield $from + strlen($keyword) => $zeros;
        yield $from + $length => hash_final($sum, true);
    }

    /** Exif data, which some programs begin as in JPEG. */
    private function exif(string $content): ?string
    {
        return str_starts_with($content, self::EXIF)
            ? self::after(self::EXIF, Exif::strip(substr($content, strlen(self::EXIF)), $this->budget))
            : Exif::strip($content, $this->budget);
    }

    private function pngText(string $type, string $content): ?string
    {
        if (!str_contains($content, "\0")) {
            return null;
        }
        [$keyword, $rest] = explode("\0", $content, 2);
        $isXmp = $keyword === self::PNG_XMP;
        $method = substr($rest, 0, 2);
        $new = match (true) {
            $type === 'tEXt' && $isXmp => Xmp::strip($rest, $this->budget),
            $type === 'tEXt' && self::isSecret($keyword) => str_repeat(' ', strlen($rest)),
            $type === 'zTXt' && ($isXmp || self::isSecret($keyword)) && $rest !== ''
                => $rest[0] . self::nothing(substr($rest, 1)),
            $type !== 'iTXt' || !$isXmp || strlen($method) !== 2 => null,
            $method[0] === "\0" => self::after($method, Xmp::strip(substr($rest, 2), $this->budget)),
            $method[0] === "\1" => self::compressed($method, substr($rest, 2)),
            default => null,
        };

        return $new === null ? null : "{$keyword}\0{$new}";
    }

    private static function after(string $start, ?string $rest): ?string
    {
        return $rest === null ? null : $start . $rest;
    }

    /** Behind the names of a language and of the keyword in it. */
    private static function compressed(string $method, string $rest): ?string
    {
        $names = explode("\0", $rest, 3);

        return count($names) === 3 ? "{$method}{$names[0]}\0{$names[1]}\0" . self::nothing($names[2]) : null;
    }

    /** What is compressed is not looked into. */
    private static function nothing(string $text): string
    {
        $length = strlen($text);

        return $length < strlen(self::NOTHING) ? str_repeat("\0", $length) : str_pad(self::NOTHING, $length, "\0");
    }

    /** Whether all of a text goes: raw metadata, or a single tag as in `exif:GPSLatitude`. */
    private static function isSecret(string $keyword): bool
    {
        $colon = strpos($keyword, ':');

        return in_array(strtolower($keyword), self::PNG_RAW, true)
            || ($colon !== false && Xmp::isPosition(substr($keyword, $colon + 1)));
    }

    /** @return array<int, string> */
    private static function edit(int $offset, ?string $new): array
    {
        return $new === null ? [] : [$offset => $new];
    }
}
