<?php

/**
 * The sizes that an AVIF file has: of its items, with those of thumbnails, tiles and alpha planes, and of its tracks.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class AvifSizes
{
    /** A file has one property for all tiles of a size; this is far beyond what any has. */
    private const MOST = 1000;

    /** Whether the file's first brand is that of sequences: it is shown as one. */
    public bool $prefersTrack = false;

    /** How many properties came so far: items refer to them by number, from one on. */
    public int $count = 0;

    /** Which item is shown. It is named before its properties are. */
    public ?int $primary = null;

    /** @var array<int, array{int, int}|bool> sizes, and whether a property swaps the sides, by number */
    private array $properties = [];

    /** @var ?array{int, int} of the primary item */
    private ?array $size = null;

    private ?bool $swapsSides = null;

    /** @var ?array{int, int} of the items */
    private ?array $largest = null;

    /** @var ?array{int, int} */
    private ?array $track = null;

    /** @param array{int, int}|bool $property a size, or whether the sides are swapped */
    public function property(array|bool $property): void
    {
        if (count($this->properties) === self::MOST) {
            throw Broken::because('it has too many properties');
        }
        $this->properties[$this->count] = $property;
        if (is_array($property)) {
            $isLarger = $this->largest === null || array_product($property) >= array_product($this->largest);
            $this->largest = $isLarger ? $property : $this->largest;
        }
    }

    /** The primary item has the property with this number. */
    public function associate(int $number): void
    {
        $property = $this->properties[$number] ?? null;
        if (is_array($property)) {
            $this->size ??= $property;
        } elseif ($property !== null) {
            $this->swapsSides ??= $property;
        }
    }

    /** A track's size; those of sound have none. */
    public function track(int $width, int $height): void
    {
        if ($width > 0 && $height > 0) {
            $this->track ??= [$width, $height];
        }
    }

    public function hasTrack(): bool
    {
        return $this->track !== null;
    }

    /**
     * What is seen. Where the primary item's size is not to be found, it is the largest one's.
     *
     * @return ?array{int, int}
     */
    public function seen(): ?array
    {
        if ($this->prefersTrack && $this->track !== null) {
            return $this->track;
        }
        $item = $this->size !== null && $this->swapsSides === true ? array_reverse($this->size) : $this->size;

        return $item ?? $this->largest ?? $this->track;
    }
}
