#!/usr/bin/env bash
# Runs every fuzz target of the module for a while, one after the other: .ci/fuzz.sh 30s
# What fails is kept by go under testdata/fuzz beside the target, and from then on runs with every test.
set -euo pipefail

time=${1:-30s}
failed=()
count=0
for folder in $(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' "$folder"/*_test.go | sort -u); do
		count=$((count + 1))
		# Minimising what is merely interesting would take most of the time.
		if said=$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 20x "$folder" 2>&1); then
			echo "fuzz $folder $target $(grep -o 'execs: [0-9]*' <<<"$said" | tail -n 1)"
		elif ! grep -q 'Failing input\|panic\|_test.go:' <<<"$said" && grep -q 'context deadline exceeded' <<<"$said"; then
			# go's own end of time, met while a worker was starting; nothing was found.
			echo "fuzz $folder $target $(grep -o 'execs: [0-9]*' <<<"$said" | tail -n 1)"
		else
			echo "$said"
			failed+=("$folder $target")
		fi
	done
done
echo "targets=$count failed=${#failed[@]} ${failed[*]}"
((${#failed[@]} == 0))
