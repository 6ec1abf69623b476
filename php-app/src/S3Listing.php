<?php

/**
 * A page of a bucket's listing.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class S3Listing
{
    /**
     * @param list<ListedImage> $images
     * @param string            $lastKey what the next page begins after; '' on the last page
     */
    private function __construct(public array $images, public string $lastKey)
    {
    }

    /** @return ?self null if that is no listing */
    public static function fromXml(string $text): ?self
    {
        $xml = simplexml_load_string($text, options: LIBXML_NONET | LIBXML_NOERROR | LIBXML_NOWARNING);
        if ($xml === false || $xml->getName() !== 'ListBucketResult') {
            return null;
        }
        $images = [];
        $lastKey = '';
        foreach ($xml->Contents as $object) {
            $lastKey = (string) $object->Key;
            // Consoles make empty objects that stand for folders; no page could show those.
            if (UploadRules::isPlausible(substr($lastKey, strlen(UploadRules::PREFIX)))) {
                $images[] = new ListedImage($lastKey, (int) $object->Size, (string) $object->LastModified);
            }
        }

        return new self($images, (string) $xml->IsTruncated === 'true' ? $lastKey : '');
    }
}
