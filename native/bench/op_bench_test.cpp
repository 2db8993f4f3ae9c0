#include <algorithm>
#include <string>

#include "bench/bench.h"
#include "ops/backend.h"
#include "testing/test.h"

namespace {

using namespace sidestep;

constexpr const char* kOps[] = {
#define SIDESTEP_OP_NAME(Struct, function) #function,
    SIDESTEP_OPS(SIDESTEP_OP_NAME)
#undef SIDESTEP_OP_NAME
};

// On Device::plan an op's checks run and its cost is tallied, but nothing is computed.
void expect_bench(const std::string& op, const std::vector<bench::NamedOpBench>& benches) {
  const auto bench = std::find_if(benches.begin(), benches.end(), [&](const auto& b) { return b.op == op; });
  if (bench == benches.end()) testing::fail(__FILE__, __LINE__, op + " has no bench: see docs/adding-an-op.md");
  Stream stream(Device{.kind = DeviceKind::plan});
  for (const bench::OpCase& c : bench->cases(stream)) {
    Tally tally;
    stream.attach(&tally);
    c.run(stream);
    stream.attach(nullptr);
    const auto& rows = tally.rows();
    const bool ran =
        rows.size() == 1 && (rows[0].op == op || rows[0].op.starts_with(op + ", "));  // a kind of it that is tallied apart
    if (!ran || rows[0].cost.bytes <= 0)
      testing::fail(__FILE__, __LINE__, "bench " + op + ", case " + c.name + ": runs something else, or states no cost");
  }
}

TEST("benches: every op has one, its operands fit, and it runs that op alone") {
  const std::vector<bench::NamedOpBench> benches = bench::op_benches();
  for (const char* op : kOps) expect_bench(op, benches);
}

}  // namespace
