<?php

/**
 * Finds the files in a multipart/form-data body (RFC 7578) without holding it in memory.
 *
 * PHP's own parser keeps only the last of several files sent under one plain field name, which is what
 * a browser does for `<input type="file" name="fileToUpload" multiple>`: the others would be lost silently.
 * So PHP leaves the body alone (`enable_post_data_reading = Off`) and spools it to disk as it is read;
 * each file is then a slice of that spool.
 */

declare(strict_types=1);

namespace ImageApp;

final class MultipartReader
{
    private const BLOCK = 1 << 16;
    private const MAX_HEADER_BYTES = 8192;
    private const MAX_OTHER_FIELDS = 50;

    private string $buffer = '';

    /** Offset in the stream of the buffer's first byte. */
    private int $position = 0;

    /** @param resource $stream */
    private function __construct(private readonly mixed $stream, private readonly Config $config)
    {
    }

    /**
     * The files of a form, in the order in which they were sent.
     *
     * @param resource $stream      the request's body, seekable
     * @param string   $contentType the request's Content-Type
     * @param string   $field       the field's name; `name[]` is the same field
     *
     * @return list<UploadedFile>
     *
     * @throws UploadRefused as soon as the body is malformed or passes a limit
     */
    public static function files(mixed $stream, string $contentType, string $field, Config $config): array
    {
        $form = '~^multipart/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))~is';
        if (preg_match($form, $contentType, $m) !== 1) {
            throw new UploadRefused(400, 'the upload is no form; send multipart/form-data with the field fileToUpload');
        }
        $boundary = ($m[1] ?? '') !== '' ? $m[1] : $m[2];

        return (new self($stream, $config))->read($boundary, $field);
    }

    /** @return list<UploadedFile> */
    private function read(string $boundary, string $field): array
    {
        // A line break before the first boundary makes it look like all others.
        $this->buffer = "\r\n";
        $this->position = -2;
        $delimiter = "\r\n--" . $boundary;
        $this->skipPast($delimiter, PHP_INT_MAX);

        $files = [];
        $others = 0;
        while (!$this->atFinalBoundary()) {
            $headers = $this->headers();
            $name = self::parameter($headers, 'name');
            $fileName = self::fileName($headers);
            $isFile = $fileName !== null && ($name === $field || $name === $field . '[]');
            $label = $fileName === null || $fileName === '' ? 'file' : basename(strtr($fileName, '\\', '/'));

            $offset = $this->position;
            $length = $this->skipPast($delimiter, $isFile ? $this->config->maxFileBytes : PHP_INT_MAX);
            if ($length > $this->config->maxFileBytes && $isFile) {
                UploadRules::checkSize($label, $length, $this->config->maxFileBytes);
            }
            if (!$isFile && ++$others > self::MAX_OTHER_FIELDS) {
                throw new UploadRefused(413, 'too many fields in one form');
            }
            // A browser sends an empty file without a name when none was chosen.
            if ($isFile && ($fileName !== '' || $length > 0)) {
                $files[] = new UploadedFile($fileName, $label, new FileSlice($this->stream, $offset, $length));
                UploadRules::checkCount(count($files), $this->config->maxFiles);
            }
        }

        return $files;
    }

    /**
     * Moves past the next delimiter and says how many bytes were before it.
     * Stops early, with what it has counted, once that is more than $limit.
     */
    private function skipPast(string $delimiter, int $limit): int
    {
        $skipped = 0;
        while (($at = strpos($this->buffer, $delimiter)) === false) {
            // The delimiter may have begun in the last bytes: those stay.
            $skipped += $this->drop(max(0, strlen($this->buffer) - strlen($delimiter)));
            if ($skipped > $limit) {
                return $skipped;
            }
            $this->fill();
        }
        $skipped += $this->drop($at);
        $this->drop(strlen($delimiter));

        return $skipped;
    }

    private function atFinalBoundary(): bool
    {
        while (strlen($this->buffer) < 2) {
            $this->fill();
        }
        if (str_starts_with($this->buffer, '--')) {
            return true;
        }
        // White space may follow a boundary up to the line's end.
        if (trim(substr($this->buffer, 0, $this->skipTo("\r\n")), " \t") !== '') {
            throw self::malformed();
        }
        $this->drop($this->skipTo("\r\n"));

        return false;
    }

    /** The part's header block; the position is then at its first byte of content. */
    private function headers(): string
    {
        $end = $this->skipTo("\r\n\r\n");
        $headers = substr($this->buffer, 0, $end);
        $this->drop($end + 4);

        return $headers;
    }

    /** How far the text is from the buffer's start, after reading as much as that takes. */
    private function skipTo(string $text): int
    {
        while (($at = strpos($this->buffer, $text)) === false) {
            if (strlen($this->buffer) > self::MAX_HEADER_BYTES) {
                throw self::malformed();
            }
            $this->fill();
        }

        return $at;
    }

    private function fill(): void
    {
        $read = fread($this->stream, self::BLOCK);
        if ($read === false || $read === '') {
            throw self::malformed();
        }
        $this->buffer .= $read;
        if ($this->position + strlen($this->buffer) > $this->config->maxBodyBytes()) {
            throw UploadRules::bodyTooLarge($this->config);
        }
    }

    private function drop(int $bytes): int
    {
        $this->buffer = substr($this->buffer, $bytes);
        $this->position += $bytes;

        return $bytes;
    }

    /** The client's name for the file: null for a plain field, '' when no file was chosen. */
    private static function fileName(string $headers): ?string
    {
        if (preg_match("~^content-disposition:.*;\s*filename\*=utf-8'[^']*'([^;\s]+)~im", $headers, $m) === 1) {
            return rawurldecode($m[1]);
        }

        return self::parameter($headers, 'filename');
    }

    private static function parameter(string $headers, string $name): ?string
    {
        $pattern = '~^content-disposition:[^\r\n]*?;\s*' . $name . '=(?:"((?:[^"\\\\\r\n]|\\\\.)*)"|([^;\s"]+))~im';
        if (preg_match($pattern, $headers, $m) !== 1) {
            return null;
        }
        $value = isset($m[2]) ? $m[2] : preg_replace('~\\\\(["\\\\])~', '$1', $m[1]);

        // How browsers write the three characters that cannot stand in a quoted name.
        return strtr((string) $value, ['%22' => '"', '%0D' => "\r", '%0A' => "\n"]);
    }

    private static function malformed(): UploadRefused
    {
        return new UploadRefused(400, 'the upload ended early or is no valid form; send it again');
    }
}
