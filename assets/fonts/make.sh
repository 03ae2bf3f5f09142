#!/bin/sh
# Makes the two font files of this folder again.
#
# Source: npm package @expo-google-fonts/noto-sans-sc 0.4.3 (static TTF, SIL Open Font License 1.1, see OFL.txt).
# Needs:  python3 with fonttools, npm.
#
# Kept: the 8,105 characters of the General Standard table, GB2312, Latin, punctuation, arrows, enclosed numbers.
# Fyne cuts the tails of g, p and q with the original vertical metrics; ascent 1090 and descent -360 show them whole.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent @expo-google-fonts/noto-sans-sc@0.4.3 >/dev/null
tar xzf ./*.tgz

# The code points are those of the fonts lying here already: the list of characters has one home.
python3 - "$here/NotoSansSC-Regular.ttf" >points.txt <<'PY'
import sys
from fontTools.ttLib import TTFont
for point in sorted(TTFont(sys.argv[1]).getBestCmap()):
    print("U+%04X" % point)
PY

for weight in 400Regular:Regular 700Bold:Bold; do
	source=$(find package -name "NotoSansSC_${weight%%:*}.ttf" | head -n 1)
	pyftsubset "$source" --unicodes-file=points.txt --no-hinting --layout-features= --output-file="cut.ttf"
	python3 - cut.ttf "$here/NotoSansSC-${weight##*:}.ttf" <<'PY'
import sys
from fontTools.ttLib import TTFont
font = TTFont(sys.argv[1])
ascent, descent = 1090, -360
font["hhea"].ascent, font["hhea"].descent = ascent, descent
font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender = ascent, descent
font["OS/2"].usWinAscent, font["OS/2"].usWinDescent = ascent, -descent
font.save(sys.argv[2])
PY
done
