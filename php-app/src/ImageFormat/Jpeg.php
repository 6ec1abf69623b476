<?php

/**
 * JPEG: segments up to the first scan, then scans (several in a progressive file) up to the end of image.
 * A thumbnail in an APP segment has markers of its own: segments are skipped by their length, so those are never seen.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Jpeg implements Format
{
    private const START_OF_IMAGE = 0xD8;
    private const END_OF_IMAGE = 0xD9;
    private const START_OF_SCAN = 0xDA;
    private const EXIF = 0xE1;

    /** Between the frame headers, but something else: DHT, JPG, DAC. */
    private const NO_FRAMES = [0xC4, 0xC8, 0xCC];

    /**
     * The next marker with a segment. In a scan, 0xFF is followed by 0 (a plain 0xFF) or is a restart marker; before
     * a marker any number of 0xFF may stand; and between segments libjpeg skips whatever is not a marker.
     */
    private const MARKER = '~\xFF[\x02-\xCF\xD8-\xFE]~';

    /** Length, precision, height, width, number of components. */
    private const FRAME_BYTES = 8;

    /** Samsung's panoramas have no end marker, and data of their own behind the scan, which ends like this. */
    private const SAMSUNG_END = 'SEFT';

    /** @var ?array{int, int} width and height as the pixels are stored */
    private ?array $size = null;

    private ?int $orientation = null;
    private bool $hasScan = false;

    private function __construct(private readonly Bytes $bytes, private readonly \Closure $onSize)
    {
    }

    public static function read(Bytes $bytes, \Closure $onSize): Image
    {
        $jpeg = new self($bytes, $onSize);
        try {
            $jpeg->follow();
        } catch (Broken $broken) {
            // Only the file's end says whether what makes no sense behind a scan still belongs to the image.
            $jpeg->hasScan && $bytes->at($bytes->length - 4, 4) === self::SAMSUNG_END || throw $broken;
        }
        [$width, $height] = $jpeg->size;

        return Tiff::swapsSides($jpeg->orientation ?? Tiff::UPRIGHT)
            ? new Image('image/jpeg', $height, $width)
            : new Image('image/jpeg', $width, $height);
    }

    /** Up to the end of image. */
    private function follow(): void
    {
        $pieces = new Pieces();
        // Behind the start of image.
        $offset = 2;
        while (true) {
            $offset = $this->marker($offset) + 2;
            $marker = $this->bytes->byte($offset - 1);
            if ($marker === self::END_OF_IMAGE) {
                $this->hasScan || throw Broken::because('it has no image data');

                return;
            }
            if ($marker < 0xC0 || $marker === self::START_OF_IMAGE) {
                throw Broken::because('its segments are damaged');
            }
            $length = $this->bytes->big($offset, 2);
            if ($length < 2) {
                throw Broken::because('its segments are damaged');
            }
            $pieces->add($length);
            $this->segment($marker, $offset, $length);
            $offset += $length;
            $this->bytes->checkEnd($offset);
        }
    }

    private function marker(int $offset): int
    {
        try {
            return $this->bytes->find(self::MARKER, $offset);
        } catch (Broken $broken) {
            throw $this->hasScan ? Broken::unended() : $broken;
        }
    }

    private function segment(int $marker, int $offset, int $length): void
    {
        if ($marker >= 0xC0 && $marker <= 0xCF && !in_array($marker, self::NO_FRAMES, true)) {
            $this->frame($offset, $length);
        } elseif ($marker === self::START_OF_SCAN) {
            if ($this->size === null || $length < 3) {
                throw Broken::because('its image data has no valid header');
            }
            $this->hasScan = true;
        } elseif ($marker === self::EXIF && $this->orientation === null && !$this->hasScan && $length >= 8) {
            // Viewers know the first Exif data before the image.
            if ($this->bytes->at($offset + 2, 6) === Tiff::EXIF_MARK) {
                $this->orientation = Tiff::orientation($this->bytes, $offset + 8, $offset + $length);
            }
        }
    }

    private function frame(int $offset, int $length): void
    {
        if ($this->size !== null || $length < self::FRAME_BYTES) {
            throw Broken::because('it has two frame headers, or too short a one');
        }
        ['height' => $height, 'width' => $width] = unpack('nheight/nwidth', $this->bytes->at($offset + 3, 5));
        Image::checkSides($width, $height);
        $this->size = [$width, $height];
        ($this->onSize)($width, $height);
    }
}
