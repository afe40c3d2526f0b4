#!/bin/sh
# Finds the Nu Html Checker for the tests, or has npm bring it. It needs Java.
# Never fails: without it its test is skipped, and says so.

jar=${VNU_JAR:-$1/vnu/node_modules/vnu-jar/build/dist/vnu.jar}
if ! command -v java >/dev/null; then
  echo "no Java: the Nu Html Checker looks at no page; to have it: apt-get install default-jre-headless"
  exit 0
fi
if [ -f "$jar" ]; then
  echo "the Nu Html Checker looks at every page"
  exit 0
fi
if command -v npm >/dev/null; then
  echo "bringing the Nu Html Checker"
  if npm install --prefix "$1/vnu" --ignore-scripts --no-audit --no-fund vnu-jar@26.9.27 >/dev/null 2>&1; then
    exit 0
  fi
fi
echo "no Nu Html Checker: it looks at no page; to have it: npm install --prefix $1/vnu vnu-jar"
