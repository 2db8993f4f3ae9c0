#include "ops/gemm8bit.h"

#include "bench/operands.h"
#include "ops/quantise_rows.h"

namespace {

using namespace sidestep;
using bench::Operands;

// The 2B model's gate and up projections of 240 seconds, and their input.
const bench::OpBenches kBenches{
    {"gemm8bit",
     [](Operands& t) {
       return t.run("3000x12288x2048", &gemm8bit,
                    {.a = t.zeros({3000, 2048}, DType::u8),
                     .a_scales = t.constant({3000}, 1),
                     .b = t.zeros({12288, 2048}, DType::u8),
                     .b_scales = t.constant({12288}, 1),
                     .c = t.zeros({3000, 12288})});
     }},
    {"quantise_rows",
     [](Operands& t) {
       return t.run("3000x2048", &quantise_rows,
                    {.x = t.normal({3000, 2048}), .codes = t.zeros({3000, 2048}, DType::u8), .scales = t.zeros({3000})});
     }},
};

}  // namespace
