<?php

/**
 * WebP: RIFF chunks within the length that the file gives. The first one is lossy (`VP8 `), lossless (`VP8L`), or the
 * canvas (`VP8X`) of more chunks: an image with alpha or metadata, or frames of an animation.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class WebP implements Format
{
    /** `RIFF`, the length of what follows, `WEBP`. */
    private const HEADER_BYTES = 12;

    private const ANIMATED = 0x02;
    private const HAS_EXIF = 0x08;

    /** What is looked into, and the least that has to be there. */
    private const KNOWN = ['VP8 ' => 10, 'VP8L' => 5, 'VP8X' => 10, 'ANMF' => 16];

    /** @var ?array{int, int} width and height as the pixels are stored */
    private ?array $canvas = null;

    private int $flags = 0;
    private ?int $orientation = null;
    private bool $hasImage = false;
    private readonly Pieces $pieces;

    private function __construct(private readonly Bytes $bytes, private readonly \Closure $onSize)
    {
        $this->pieces = new Pieces();
    }

    public static function read(Bytes $bytes, \Closure $onSize): Image
    {
        $webp = new self($bytes, $onSize);
        foreach ($webp->chunks() as [$type, $data, $length]) {
            $webp->chunk($type, $data, $length);
        }
        if (!$webp->hasImage) {
            throw Broken::because('it has no image data');
        }
        [$width, $height] = $webp->canvas;

        return Tiff::swapsSides($webp->orientation ?? Tiff::UPRIGHT)
            ? new Image('image/webp', $height, $width)
            : new Image('image/webp', $width, $height);
    }

    /**
     * The chunks: type, where the data begins, and its length.
     *
     * @return \Generator<array{string, int, int}>
     */
    private function chunks(): \Generator
    {
        $end = 8 + $this->bytes->little(4, 4);
        // A byte makes each length even.
        for ($offset = self::HEADER_BYTES; $offset + 8 <= $end; $offset += 8 + $length + ($length & 1)) {
            $type = $this->bytes->at($offset, 4);
            $length = $this->bytes->little($offset + 4, 4);
            if ($offset + 8 + $length > $end || $length < (self::KNOWN[$type] ?? 0)) {
                throw Broken::because('a chunk has no valid length');
            }
            $this->pieces->add($length);
            yield [$type, $offset + 8, $length];
        }
        $this->bytes->checkEnd($end);
    }

    private function chunk(string $type, int $data, int $length): void
    {
        if ($this->canvas === null && !in_array($type, ['VP8 ', 'VP8L', 'VP8X'], true)) {
            throw Broken::because('it does not begin with its header');
        }
        match ($type) {
            'VP8 ' => $this->image($this->lossy($data)),
            'VP8L' => $this->image($this->lossless($data)),
            'VP8X' => $this->canvas($data),
            'ANMF' => $this->frame($data, $length),
            'EXIF' => $this->exif($data, $length),
            default => null,
        };
    }

    /** Four bytes of flags, then the sizes less one in 24 bits. */
    private function canvas(int $data): void
    {
        if ($this->canvas !== null) {
            throw Broken::because('its canvas comes too late');
        }
        $this->flags = $this->bytes->byte($data);
        $this->canvas = [$this->bytes->little($data + 4, 3) + 1, $this->bytes->little($data + 7, 3) + 1];
        ($this->onSize)(...$this->canvas);
    }

    /**
     * A still image fills its canvas, else a small canvas could hide a large image; decoders refuse any other.
     *
     * @param array{int, int} $size
     */
    private function image(array $size): void
    {
        if ($this->canvas === null) {
            $this->canvas = $size;
            ($this->onSize)(...$size);
        }
        if ($this->canvas !== $size) {
            throw Broken::because('its image is not as large as its canvas');
        }
        $this->hasImage = $this->hasImage || !$this->isAnimated();
    }

    /** Positions are halved, sizes are less one. */
    private function frame(int $data, int $length): void
    {
        $bytes = $this->bytes;
        $size = [$bytes->little($data + 6, 3) + 1, $bytes->little($data + 9, 3) + 1];
        $right = 2 * $bytes->little($data, 3) + $size[0];
        $bottom = 2 * $bytes->little($data + 3, 3) + $size[1];
        if (!$this->isAnimated() || $right > $this->canvas[0] || $bottom > $this->canvas[1]) {
            throw Broken::because('a frame reaches beyond its canvas');
        }
        $this->hasImage = true;
        $this->checkFrameImage($size, $data + self::KNOWN['ANMF'], $data + $length);
    }

    /**
     * Looks for the frame's image; what makes no sense is left to decoders, which refuse it.
     *
     * @param array{int, int} $size
     */
    private function checkFrameImage(array $size, int $offset, int $end): void
    {
        while ($end - $offset >= 8) {
            $type = $this->bytes->at($offset, 4);
            $length = $this->bytes->little($offset + 4, 4);
            $this->pieces->add($length);
            $behind = $end - $offset - 8 - $length;
            if ($behind < 0) {
                return;
            }
            if ($type === 'VP8 ' || $type === 'VP8L') {
                $found = match (true) {
                    $length < self::KNOWN[$type] => $size,
                    $type === 'VP8 ' => $this->lossy($offset + 8),
                    default => $this->lossless($offset + 8),
                };

                $found === $size || throw Broken::because("a frame's image is not as large as its frame");

                return;
            }
            $offset += 8 + $length + min($length & 1, $behind);
        }
    }

    /** libwebp knows Exif data that the canvas announces, the first of them. */
    private function exif(int $data, int $length): void
    {
        if (($this->flags & self::HAS_EXIF) !== 0) {
            $this->orientation ??= Tiff::orientation($this->bytes, $data, $data + $length);
        }
    }

    private function isAnimated(): bool
    {
        return ($this->flags & self::ANIMATED) !== 0;
    }

    /**
     * A key frame: three bytes of flags, a start code, the sizes in 14 bits.
     *
     * @return array{int, int}
     */
    private function lossy(int $data): array
    {
        $bytes = $this->bytes;
        if (($bytes->byte($data) & 1) !== 0 || $bytes->at($data + 3, 3) !== "\x9D\x01\x2A") {
            throw self::badStart();
        }
        $size = [$bytes->little($data + 6, 2) & 0x3FFF, $bytes->little($data + 8, 2) & 0x3FFF];
        Image::checkSides(...$size);

        return $size;
    }

    /**
     * A signature, then the sizes less one in 14 bits, a bit for alpha, three bits of version.
     *
     * @return array{int, int}
     */
    private function lossless(int $data): array
    {
        $bits = $this->bytes->little($data + 1, 4);

        return $this->bytes->byte($data) === 0x2F && $bits >> 29 === 0
            ? [($bits & 0x3FFF) + 1, ($bits >> 14 & 0x3FFF) + 1]
            : throw self::badStart();
    }

    private static function badStart(): Broken
    {
        return Broken::because('its image data does not begin as it should');
    }
}
