#include "ops/dora.h"

#include "bench/operands.h"

namespace {

using namespace sidestep;
using bench::Operands;

const Shape kOutputs{6144};  // of the widest projection of the 2B model
constexpr const char* kName = "6144";

const bench::OpBenches kBenches{
    {"dora_gate",
     [](Operands& t) {
       return t.run(kName, &dora_gate, {t.constant(kOutputs, 1), t.constant(kOutputs, 2), t.zeros(kOutputs)});
     }},
    {"dora_gate_backward",
     [](Operands& t) {
       return t.run(kName, &dora_gate_backward,
                    {t.normal(kOutputs), t.constant(kOutputs, 1), t.constant(kOutputs, 2), t.zeros(kOutputs), t.zeros(kOutputs)});
     }},
    {"row_scale",
     [](Operands& t) {
       return t.run("2048x2048", &row_scale, {t.normal({2048, 2048}), t.normal({2048}), t.zeros({2048, 2048})});
     }},
};

}  // namespace
