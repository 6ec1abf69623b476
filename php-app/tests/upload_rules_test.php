<?php

/**
 * The upload rules, case by case.
 */

declare(strict_types=1);

use ImageApp\MediaType;
use ImageApp\Refused;
use ImageApp\Size;
use ImageApp\StoredImage;
use ImageApp\UploadRules;

$png = Images::png(30, 20);
$bytes = strlen($png);
$status = static fn (string $content, string $type = '', array $limits = []): int =>
    refusal(fn () => UploadRules::check(uploaded($content, type: $type), config($limits)));
check('taken', 0, $status($png, 'image/png'));
check('empty', 400, $status(''));
check('cut', 400, $status(substr($png, 0, -1)));
check('zero', 400, $status(Images::png(0)));
check('no image', 415, $status('hello'));
check('no image, whatever it claims', 415, $status('hello', 'image/png'));
check('another type', 400, $status($png, 'image/jpeg'));
check('bytes: at the limit', 0, $status($png, limits: ['MAX_FILE_BYTES' => $bytes]));
check('bytes: above', 413, $status($png, limits: ['MAX_FILE_BYTES' => $bytes - 1]));
check('pixels: at the limit', 0, $status($png, limits: ['MAX_PIXELS' => 600]));
check('pixels: above', 413, $status($png, limits: ['MAX_PIXELS' => 599]));
check('pixels: more than a number can hold', 413, $status(
    Images::ftyp() . Images::meta([[0xFFFFFFFF, 0xFFFFFFFF]]) . Images::box('mdat', '')
));

$message = static function (Closure $rule): string {
    try {
        $rule();
    } catch (Refused $refused) {
        return $refused->getMessage();
    }

    return '';
};
$file = uploaded($png, 'C:\\me\\a.png');
$tooLarge = $message(fn () => UploadRules::checkLargest($file, 64));
check('bytes: message', '"a.png" is larger than the limit of 64 bytes: send a smaller image', $tooLarge);
$tooMany = $message(fn () => UploadRules::check($file, config(['MAX_PIXELS' => 599])));
check('pixels: the message holds the limit', true, str_contains($tooMany, 'limit of 599'));

check('count: none', 400, refusal(fn () => UploadRules::checkCount(0, 2)));
check('count: at the limit', 0, refusal(fn () => UploadRules::checkCount(2, 2)));
check('count: above', 413, refusal(fn () => UploadRules::checkCount(3, 2)));
$body = UploadRules::bodyTooLarge(config(['MAX_FILES' => 3]));
check('body: status', 413, $body->status);
check('body: the message holds the limits', true, str_contains($body->getMessage(), '3 files of 20 MiB'));

foreach ([
    'none' => ['', true],
    'no claim' => ['application/octet-stream', true],
    'no claim, as S3 writes it' => ['Binary/Octet-Stream', true],
    'the same' => ['image/png', true],
    'in upper case, with a parameter' => ['IMAGE/PNG; charset=binary', true],
    'old' => ['image/x-png', true],
    'animated' => ['image/apng', true],
    'animated, vendor' => ['image/vnd.mozilla.apng', true],
    'another' => ['image/gif', false],
    'no image' => ['text/html', false],
    'any image' => ['image/*', false],
] as $case => [$claim, $agrees]) {
    check("claim: {$case}", $agrees, MediaType::agrees($claim, 'image/png'));
}
foreach (['image/jpg', 'image/pjpeg'] as $claim) {
    check("claim: {$claim}", true, MediaType::agrees($claim, 'image/jpeg'));
}
check('claim: avif', true, MediaType::agrees('image/avif-sequence', 'image/avif'));

check('id', '8299999999999-0a1b2c3d', UploadRules::sortableId(1_700_000_000_000, '0a1b2c3d'));
$older = UploadRules::sortableId(1_700_000_000_000, '00000000');
$newer = UploadRules::sortableId(1_700_000_000_001, 'ffffffff');
check('newer ids come first', true, $newer < $older);
$image = UploadRules::check($file, config());
check('key', 1, preg_match('~^uploads/\d{13}-[0-9a-f]{8}/a\.png$~D', UploadRules::newKey($file, $image)));
check('stored', [
    'key' => 'uploads/1-a/a b.png',
    'size' => $bytes,
    'content_type' => 'image/png',
    'width' => 30,
    'height' => 20,
    'url' => 'images/1-a/a%20b.png',
], (new StoredImage('uploads/1-a/a b.png', $bytes, $image))->toArray());

foreach (['1-a/b.png' => true, '1-a/猫 (1).png' => true, 'b' => true] as $name => $plausible) {
    check("plausible: {$name}", $plausible, UploadRules::isPlausible($name));
}
foreach (['', '/', 'a//b', 'a/', '../b', 'a/./b', "a\0b", "a\n", "\xFF", str_repeat('a', 1001)] as $name) {
    check('not plausible: ' . bin2hex(substr($name, 0, 9)), false, UploadRules::isPlausible($name));
}

foreach ([
    0 => '0 bytes', 1023 => '1023 bytes', 1024 => '1 KiB', 1536 => '1.5 KiB', 20 << 20 => '20 MiB',
    (20 << 20) - 1 => '19.9 MiB', 3 << 30 => '3 GiB', PHP_INT_MAX => '8589934591.9 GiB',
] as $size => $text) {
    check("size: {$size}", $text, Size::readable($size));
}
