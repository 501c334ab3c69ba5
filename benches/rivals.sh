#!/usr/bin/env bash
# Measures darkload beside polars and DuckDB on files that `darkload simulate` makes. Needs hyperfine, GNU time and Python 3 with venv.
# usage: benches/rivals.sh WORK_FOLDER [METERS]      METERS defaults to 100000: 288 million readings, 2.5 GB of files
set -euo pipefail
cd "$(dirname "$0")/.."
work=${1:?give a folder for data and results}
meters=${2:-100000}
threads=2
mkdir -p "$work"
cargo build --release --locked
darkload=$PWD/target/release/darkload

if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet polars duckdb pyarrow
fi
python=$work/venv/bin/python

make_world() { # folder, meters, extra arguments
  local out=$work/$1 count=$2
  shift 2
  [ -d "$out" ] || "$darkload" simulate --out "$out" --usage-points "$count" --days 30 --step 15 --seed 5 "$@"
}
make_world by-meter "$meters"
make_world by-time "$meters" --order time
make_world text $((meters / 10)) --format csv
# The usual form of stamps in exports, `2025-03-01 00:00:00`; simulate writes `2025-03-01T00:00`.
[ -f "$work/text/spaced.csv" ] || sed -E '2,$s/T([0-9:]+),/ \1:00,/' "$work/text/readings.csv" > "$work/text/spaced.csv"

cat > "$work/rival.py" <<'PY'
import sys
tool, job, path, threads = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4]
if tool == "polars":
    import polars as pl
    scan = pl.scan_csv(path, try_parse_dates=job == "dates") if path.endswith(".csv") else pl.scan_parquet(path)
    if job in ("read", "dates", "text"):
        print(scan.select(pl.col("kwh").sum(), pl.col("timestamp").max(), pl.col("usage_point").max()).collect(engine="streaming").row(0))
    elif job == "group":
        kwh = pl.col("kwh")
        five = [kwh.count().alias("n"), kwh.mean().alias("mean"), kwh.min().alias("min"), kwh.max().alias("max"), kwh.std().alias("std")]
        print(scan.group_by("usage_point").agg(five).collect(engine="streaming").height)
elif tool == "duckdb":
    import duckdb
    db = duckdb.connect()
    db.execute(f"set threads={threads}")
    if job == "group":
        print(len(db.execute(f"select usage_point, count(kwh), avg(kwh), min(kwh), max(kwh), stddev(kwh) from '{path}' group by 1").fetchall()))
    else:
        print(db.execute(f"select sum(kwh), max(timestamp), max(usage_point) from '{path}'").fetchall())
else:
    __import__(job)
PY

# Start-up of the interpreter and its library is measured apart, so that it can be taken off; darkload's own start-up stays in.
export POLARS_MAX_THREADS=$threads
scan() { echo "$darkload scan $1 --threads $2 --quiet --out $work/out"; }
rival() { echo "$python $work/rival.py $1 $2 $3 $threads"; }
measure() { # name, then commands; the rows of one group run one after the other, five times each
  local name=$1
  shift
  hyperfine --warmup 1 --runs 5 --export-json "$work/$name.json" --export-markdown "$work/$name.md" "$@"
}
meter=$work/by-meter/readings.parquet time=$work/by-time/readings.parquet text=$work/text/spaced.csv
measure start -n "python + polars" "$(rival none polars -)" -n "python + duckdb" "$(rival none duckdb -)"
measure by-meter -n "polars: read three columns" "$(rival polars read "$meter")" -n "darkload: whole scan" "$(scan "$meter" 2)" \
  -n "duckdb: read three columns" "$(rival duckdb read "$meter")" -n "duckdb: five statistics by meter" "$(rival duckdb group "$meter")" \
  -n "polars: five statistics by meter" "$(rival polars group "$meter")"
measure by-time -n "polars: read three columns" "$(rival polars read "$time")" -n "darkload: whole scan" "$(scan "$time" 2)" \
  -n "duckdb: five statistics by meter" "$(rival duckdb group "$time")"
measure text -n "polars: read with dates" "$(rival polars dates "$text")" -n "darkload: whole scan" "$(scan "$text" 2)" \
  -n "polars: dates left as text" "$(rival polars text "$text")" -n "duckdb: read" "$(rival duckdb read "$text")"
measure threads -n "darkload, 1 thread" "$(scan "$meter" 1)" -n "darkload, 2 threads" "$(scan "$meter" 2)" \
  -n "polars read, 1 thread" "env POLARS_MAX_THREADS=1 $(rival polars read "$meter")" -n "polars read, 2 threads" "$(rival polars read "$meter")"

for file in "$meter" "$time"; do
  /usr/bin/time -f "peak memory %M kB, %e s: scan of $(basename "$(dirname "$file")")" $(scan "$file" 2)
done
"$python" - "$work" <<'PY'
import json, sys
work = sys.argv[1]
median = lambda name: {row["command"]: row["median"] for row in json.load(open(f"{work}/{name}.json"))["results"]}
start = median("start")
off = {"polars": start["python + polars"], "duckdb": start["python + duckdb"]}
for name in ["by-meter", "by-time", "text"]:
    rows = median(name)
    ours = rows["darkload: whole scan"]
    for command, seconds in rows.items():
        own = seconds - off.get(command.split(":")[0], 0.0)
        print(f"{name:9} {command:36} {own:7.2f} s   darkload / this = {ours / own:.2f}")
rows = median("threads")
gain = rows["darkload, 1 thread"] / rows["darkload, 2 threads"]
read = (rows["polars read, 1 thread"] - off["polars"]) / (rows["polars read, 2 threads"] - off["polars"])
print(f"threads   darkload gains {gain:.2f}, reading alone {read:.2f}, ratio {gain / read:.2f}")
PY
