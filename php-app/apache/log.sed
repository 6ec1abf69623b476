# Makes a JSON object of each line of Apache's error log (ErrorLogFormat in apache2.conf).
# Apache writes what is not printable in C's way, of which JSON knows all but \v and \xhh; quotes it leaves alone.
s/"/\\"/g
s/\\\\/\x01/g
s/\\x/\\u00/g
s/\\v/\\u000b/g
s/\x01/\\\\/g
s/^\([0-9-]*\) \([0-9:.]*\) +0000 \([a-z0-9]*\) \([^ ]*\) \(.*\)$/{"timestamp":"\1T\2Z","level":"\U\3\E","message":"\5","request_id":"\4"}/
t
# What came past Apache, such as the C library's last words.
s/^.*$/{"level":"ERROR","message":"&"}/
