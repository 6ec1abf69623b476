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
    private const MAX_HEADER_BYTES = 8192;
    private const MAX_PARTS = 1000;

    private string $buffer = '';

    /** Offset in the stream of the buffer's first byte. */
    private int $position = 0;

    /** @param resource $stream */
    private function __construct(private readonly mixed $stream, private readonly Config $config)
    {
    }

    /** @throws Refused if a request with this Content-Type holds no form (415), or one without a boundary (400) */
    public static function boundary(string $contentType): string
    {
        if (preg_match('~^\s*multipart/form-data\s*(?:;|$)~i', $contentType) !== 1) {
            throw new Refused(415, 'the upload is not multipart/form-data: send the form that the page shows');
        }
        $boundary = HeaderParameters::of($contentType)['boundary'] ?? '';

        // RFC 2046 allows no longer ones.
        return preg_match('~^[ -\~]{0,69}[!-\~]$~D', $boundary) === 1
            ? $boundary
            : throw new Refused(400, 'the upload has no valid boundary: send the form that the page shows');
    }

    /**
     * The files of a form, in the order in which they were sent.
     *
     * @param resource $stream the request's body, seekable
     * @param string   $field  the field's name; `name[]` is the same field
     *
     * @return list<UploadedFile>
     *
     * @throws Refused as soon as the body is malformed or passes a limit
     */
    public static function files(mixed $stream, string $boundary, string $field, Config $config): array
    {
        // Without this, a read gives 8 KiB.
        stream_set_chunk_size($stream, FileSlice::BLOCK);
        $reader = new self($stream, $config);
        $files = $reader->read($boundary, $field);
        $reader->readToEnd();

        return $files;
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
        for ($parts = 0; !$this->atFinalBoundary(); $parts++) {
            if ($parts === self::MAX_PARTS) {
                throw self::malformed();
            }
            $headers = $this->headers();
            // A browser sends an empty file without a name when none was chosen.
            if (($headers->fileName ?? '') === '' || !in_array($headers->field, [$field, $field . '[]'], true)) {
                $this->skipPast($delimiter, PHP_INT_MAX);
                continue;
            }
            $files[] = $this->file($headers, $delimiter);
            UploadRules::checkCount(count($files), $this->config->maxFiles);
        }

        return $files;
    }

    private function file(PartHeaders $headers, string $delimiter): UploadedFile
    {
        $offset = $this->position;
        $length = $this->skipPast($delimiter, $this->config->maxFileBytes);
        $content = new FileSlice($this->stream, $offset, $length);
        $file = new UploadedFile((string) $headers->fileName, $headers->contentType, $content);
        // What is too large is not read to its end.
        UploadRules::checkLargest($file, $this->config->maxFileBytes);

        return $file;
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
    private function headers(): PartHeaders
    {
        $end = $this->skipTo("\r\n\r\n");
        $headers = substr($this->buffer, 0, $end);
        $this->drop($end + 4);

        return new PartHeaders($headers);
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
        $read = fread($this->stream, FileSlice::BLOCK);
        if ($read === false || $read === '') {
            throw self::malformed();
        }
        $this->buffer .= $read;
        if ($this->position + strlen($this->buffer) > $this->config->maxBodyBytes()) {
            throw UploadRules::bodyTooLarge($this->config);
        }
    }

    /** What may follow the final boundary is nothing to us, but later reads must not wait for it. */
    private function readToEnd(): void
    {
        $this->drop(strlen($this->buffer));
        while ($this->position <= $this->config->maxBodyBytes()) {
            $read = fread($this->stream, FileSlice::BLOCK);
            if ($read === false || $read === '') {
                return;
            }
            $this->position += strlen($read);
        }
        throw UploadRules::bodyTooLarge($this->config);
    }

    private function drop(int $bytes): int
    {
        $this->buffer = substr($this->buffer, $bytes);
        $this->position += $bytes;

        return $bytes;
    }

    private static function malformed(): Refused
    {
        if (self::isSpoolFull()) {
            Log::error('upload: there is no space left in /tmp for request bodies; give the container more');

            return Refused::busy(5);
        }

        return new Refused(400, 'the upload was cut short or is not a valid form: send it again');
    }

    /** PHP itself says nothing when it cannot write the body to its spool. */
    private static function isSpoolFull(): bool
    {
        $free = disk_free_space(sys_get_temp_dir());

        return $free !== false && $free < FileSlice::BLOCK;
    }
}
