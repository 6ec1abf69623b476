<?php

/**
 * The headers of one part of a form: which field it is, which name and type the client gives the file.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class PartHeaders
{
    public ?string $field;

    /** The client's name for the file: null for a plain field, '' when no file was chosen. */
    public ?string $fileName;

    public string $contentType;

    public function __construct(string $block)
    {
        $parameters = HeaderParameters::of(self::header('content-disposition', $block));
        $this->field = $parameters['name'] ?? null;
        // Who sends both means the plain one for receivers that know no better.
        $this->fileName = self::extended($parameters['filename*'] ?? '') ?? $parameters['filename'] ?? null;
        $this->contentType = self::header('content-type', $block);
    }

    private static function header(string $name, string $block): string
    {
        return preg_match("~^{$name}[ \\t]*:([^\\r\\n]*)~im", $block, $m) === 1 ? trim($m[1]) : '';
    }

    /** A value with its character set (RFC 5987), `UTF-8''%e2%82%ac.png`; null if that is neither UTF-8 nor Latin-1. */
    private static function extended(string $value): ?string
    {
        if (preg_match("~^(utf-8|iso-8859-1)'[^']*'(.*)$~Dis", $value, $m) !== 1) {
            return null;
        }
        $decoded = rawurldecode($m[2]);

        return strtolower($m[1]) === 'utf-8' ? $decoded : (string) iconv('ISO-8859-1', 'UTF-8', $decoded);
    }
}
