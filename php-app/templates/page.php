<?php

/**
 * The page. Every value goes through $escape, every address is relative.
 *
 * @var array<string, string>       $facts
 * @var string                      $stylesheet
 * @var int                         $uploaded
 * @var string                      $error
 * @var list<ImageApp\StoredImage>  $images
 * @var Closure(string): string     $escape
 */

declare(strict_types=1);

use ImageApp\UploadRules;

?>
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Image upload</title>
  <link rel="stylesheet" href="<?= $escape($stylesheet) ?>">
</head>
<body>
  <header>
    <h1>Image upload</h1>
    <dl>
<?php foreach ($facts as $label => $value) : ?>
      <div><dt><?= $escape($label) ?></dt><dd><?= $escape($value) ?></dd></div>
<?php endforeach ?>
    </dl>
  </header>
  <main>
<?php if ($error !== '') : ?>
    <p class="message error" role="alert"><?= $escape(ucfirst($error)) ?></p>
<?php elseif ($uploaded > 0) : ?>
    <p class="message" role="status"><?= $uploaded === 1 ? 'The image is stored' : "{$uploaded} images are stored" ?></p>
<?php endif ?>
    <form action="upload.php" method="post" enctype="multipart/form-data">
      <label for="fileToUpload">Images (JPEG, PNG, GIF, WebP, AVIF)</label>
      <input type="file" id="fileToUpload" name="fileToUpload" multiple required
        accept="image/jpeg,image/png,image/gif,image/webp,image/avif">
      <button type="submit">Upload</button>
    </form>
    <section aria-label="Newest images">
<?php if ($images === []) : ?>
      <p class="empty">No images yet</p>
<?php endif ?>
<?php foreach ($images as $image) : ?>
<?php
    $url = $escape($image->url());
    $name = $escape($image->fileName());
    $size = $escape(UploadRules::readableSize($image->size));
?>
      <figure>
        <a href="<?= $url ?>"><img src="<?= $url ?>" alt="<?= $name ?>" loading="lazy"></a>
        <figcaption><span><?= $name ?></span> <small><?= $size ?></small></figcaption>
      </figure>
<?php endforeach ?>
    </section>
  </main>
</body>
</html>
