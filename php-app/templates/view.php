<?php

/**
 * The page about one image.
 *
 * @var string                  $root
 * @var string                  $title   the image's name
 * @var string                  $key
 * @var int                     $size
 * @var string                  $type
 * @var bool                    $isImage whether a browser may show it
 * @var int                     $width   0 if it is not known, as the height
 * @var int                     $height
 * @var int|false               $stored  when, in Unix time
 * @var Closure(string): string $escape
 */

declare(strict_types=1);

use ImageApp\ImageUrl;
use ImageApp\Size;

$url = $escape($root . ImageUrl::of('images', $key));
$dimensions = $width > 0 && $height > 0;

?>
<header class="top">
<a class="back" href="<?= $escape($root) ?>"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M19 12H5m6-6-6 6 6 6"/></svg>All images</a>
<h1><?= $escape($title) ?></h1>
</header>
<main class="view">
<?php if ($isImage) : ?>
<a class="picture" href="<?= $url ?>"><img src="<?= $url ?>" alt="<?= $escape($title) ?>"<?= $dimensions ? " width=\"{$width}\" height=\"{$height}\"" : '' ?>></a>
<?php else : ?>
<p class="picture">There is no picture of this file</p>
<?php endif ?>
<div class="about">
<dl>
<div><dt>Size</dt><dd><?= $escape(Size::readable($size)) ?></dd></div>
<div><dt>Type</dt><dd><?= $escape($isImage ? $type : 'application/octet-stream') ?></dd></div>
<?php if ($dimensions) : ?>
<div><dt>Dimensions</dt><dd><?= "{$width} × {$height} pixels" ?></dd></div>
<?php endif ?>
<?php if ($stored !== false) : ?>
<div><dt>Stored</dt><dd><time datetime="<?= gmdate('Y-m-d\TH:i:s\Z', $stored) ?>"><?= gmdate('Y-m-d H:i', $stored) ?> UTC</time></dd></div>
<?php endif ?>
</dl>
<div class="share">
<label class="with-script" for="link">Link to the image</label>
<input class="with-script" id="link" readonly value="<?= $url ?>">
<button class="with-script" type="button" id="copy">Copy link</button>
<a class="without-script" href="<?= $url ?>">Link to the image</a>
<a class="button plain" href="<?= $url ?>" download="<?= $escape($title) ?>">Download</a>
</div>
<details>
<summary>Delete…</summary>
<form method="post" action="<?= $escape($root . ImageUrl::of('delete', $key)) ?>">
<p class="quiet">The image is deleted for everyone, and nothing brings it back.</p>
<button class="danger" type="submit">Delete for good</button>
</form>
</details>
</div>
</main>
