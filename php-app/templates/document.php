<?php

/**
 * What all pages have around them.
 *
 * @var string                  $root   the way back to the page
 * @var string                  $title
 * @var string                  $body   is HTML
 * @var Closure(string): string $escape
 */

declare(strict_types=1);

use ImageApp\Assets;

?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title><?= $escape($title) ?></title>
<link rel="stylesheet" href="<?= $escape($root . Assets::url('css')) ?>">
<link rel="icon" href="<?= $escape($root . Assets::url('svg')) ?>" type="image/svg+xml">
<script src="<?= $escape($root . Assets::url('js')) ?>"></script>
</head>
<body>
<?= $body ?>
</body>
</html>
