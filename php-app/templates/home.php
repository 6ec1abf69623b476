<?php

/**
 * The page: where it runs, the upload form, images.
 *
 * @var array<string, string>      $facts
 * @var string                     $message  what has just been done, '' if nothing
 * @var string                     $alert    what is wrong, '' if nothing
 * @var int                        $maxBytes
 * @var int                        $maxFiles
 * @var list<ImageApp\ListedImage> $images
 * @var bool                       $isOlder  whether there are newer images than these
 * @var string                     $older    the address of the next page, '' if there is none
 * @var Closure(string): string    $escape
 */

declare(strict_types=1);

use ImageApp\ImageUrl;
use ImageApp\Size;

?>
<header class="top">
<h1>Image upload</h1>
<a class="reload" href="."><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6"/></svg>Reload to see which container answers</a>
<dl class="where">
<?php foreach ($facts as $label => $value) : ?>
<div><dt><?= $escape($label) ?></dt><dd><?= $escape($value) ?></dd></div>
<?php endforeach ?>
</dl>
</header>
<main>
<?php if ($message !== '') : ?>
<p class="flash" role="status"><?= $escape($message) ?></p>
<?php endif ?>
<form id="upload" method="post" enctype="multipart/form-data" action="upload" data-max-bytes="<?= $maxBytes ?>" data-max-files="<?= $maxFiles ?>">
<label class="drop" for="file">
<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 15V4m-4.5 4L12 3.5 16.5 8M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3"/></svg>
<strong class="with-script"><u>Choose images</u><span class="drop-hint"> or drop them here</span></strong>
<strong class="without-script">Choose images</strong>
<span class="quiet">JPEG, PNG, GIF, WebP or AVIF, up to <?= $escape(Size::readable($maxBytes)) ?> each, <?= $maxFiles ?> at a time.</span>
<input type="file" id="file" name="fileToUpload" multiple required accept="image/jpeg,image/png,image/gif,image/webp,image/avif">
</label>
<button class="without-script" type="submit">Upload</button>
<ul id="progress" aria-live="polite"></ul>
<p id="summary" class="flash" role="status"></p>
</form>
<section id="gallery" aria-labelledby="newest">
<h2 id="newest"><?= $isOlder ? 'Older images' : 'Newest images' ?></h2>
<?php if ($alert !== '') : ?>
<p class="flash bad" role="alert"><?= $escape($alert) ?></p>
<?php elseif ($images === []) : ?>
<p class="empty"><?= $isOlder ? 'There are no older images.' : 'No images yet. Upload the first one.' ?></p>
<?php else : ?>
<div class="images">
<?php foreach ($images as $image) : ?>
<figure>
<a href="<?= $escape(ImageUrl::of('view', $image->key)) ?>"><img src="<?= $escape(ImageUrl::of('images', $image->key)) ?>" alt="<?= $escape($image->name()) ?>" loading="lazy" decoding="async"></a>
<figcaption>
<span class="name" title="<?= $escape($image->name()) ?>"><?= $escape($image->name()) ?></span>
<span class="quiet"><span><?= $escape(Size::readable($image->size)) ?></span><?php if ($image->stored() !== '') : ?> <time datetime="<?= $image->stored() ?>"><?= substr($image->stored(), 0, 10) ?></time><?php endif ?></span>
</figcaption>
</figure>
<?php endforeach ?>
</div>
<?php endif ?>
<?php if ($isOlder || $older !== '') : ?>
<nav class="pages" aria-label="Pages">
<?php if ($isOlder) : ?>
<a class="button plain" href=".">Newest</a>
<?php endif ?>
<?php if ($older !== '') : ?>
<a class="button plain" href="<?= $escape($older) ?>" rel="next">Older</a>
<?php endif ?>
</nav>
<?php endif ?>
</section>
</main>
