# Makes a JSON object of each line of Apache's error log (ErrorLogFormat in apache2.conf):
#     DATE TIME ZONE LEVEL REQUEST_ID|- APACHES_OWN_ID|- MESSAGE
# Apache writes what is not printable in C's way, of which JSON knows all but \v and \xhh; quotes it leaves alone.
s/"/\\"/g
s/\\\\/\x01/g
s/\\x/\\u00/g
s/\\v/\\u000b/g
s/\x01/\\\\/g
# A request that was refused before it was given an id goes by Apache's own; what belongs to no request has none.
s/^\([^ ]* [^ ]* +0000 [^ ]*\) - \([^ ]*\) /\1 \2 \2 /
# From here on, `t` asks for what follows alone.
t object
:object
s/^\([^ ]*\) \([^ ]*\) +0000 \([^ ]*\) - - \(.*\)$/{"timestamp":"\1T\2Z","level":"\U\3\E","message":"\4"}/
t
s/^\([^ ]*\) \([^ ]*\) +0000 \([^ ]*\) \([^ ]*\) [^ ]* \(.*\)$/{"timestamp":"\1T\2Z","level":"\U\3\E","message":"\5","request_id":"\4"}/
t
# What came past Apache, such as the C library's last words.
s/^.*$/{"level":"ERROR","message":"&"}/
