#include "ops/elementwise.h"

#include "bench/operands.h"
#include "ops/transfer.h"

namespace {

using namespace sidestep;
using bench::Operands;

// Frames, hidden and intermediate sizes of the 2B model at 60 s. All these ops are memory bound.
constexpr int64_t kFrames = 750, kHidden = 2048, kIntermediate = 6144, kTokens = 256, kVocabulary = 20000;
const Shape kRows{kFrames, kHidden}, kWide{kFrames, kIntermediate}, kSample{1, kFrames, kHidden}, kGate{1, kHidden};
constexpr const char* kRowsName = "750x2048";
constexpr const char* kWideName = "750x6144";

const bench::OpBenches kBenches{
    {"copy",
     [](Operands& t) {
       return t.run("2048x750 transposed", &copy, {t.normal(kRows).transposed(0, 1), t.zeros({kHidden, kFrames})});
     }},
    {"fill",
     [](Operands& t) {
       return t.run(kWideName, &fill, {t.zeros(kWide), 1});
     }},
    {"add",
     [](Operands& t) {
       return t.run(kRowsName, &add, {t.normal(kRows), t.normal(kRows), t.zeros(kRows)});
     }},
    {"multiply",
     [](Operands& t) {
       return t.run(kRowsName, &multiply, {t.normal(kRows), t.normal(kRows), t.zeros(kRows)});
     }},
    {"silu",
     [](Operands& t) {
       return t.run(kWideName, &silu, {t.normal(kWide), t.zeros(kWide)});
     }},
    {"silu_backward",
     [](Operands& t) {
       return t.run(kWideName, &silu_backward, {t.normal(kWide), t.normal(kWide), t.zeros(kWide)});
     }},
    {"swiglu",
     [](Operands& t) {
       return t.run(kWideName, &swiglu, {t.normal(kWide), t.normal(kWide), t.zeros(kWide)});
     }},
    {"swiglu_backward",
     [](Operands& t) {
       return t.run(kWideName, &swiglu_backward,
                    {t.normal(kWide), t.normal(kWide), t.normal(kWide), t.zeros(kWide), t.zeros(kWide)});
     }},
    {"gated_add",
     [](Operands& t) {
       return t.run(kRowsName, &gated_add, {t.normal(kSample), t.normal(kSample), t.normal(kGate), t.zeros(kSample)});
     }},
    {"gated_add_backward",
     [](Operands& t) {
       return t.run(kRowsName, &gated_add_backward,
                    {t.normal(kSample), t.normal(kSample), t.normal(kGate), t.zeros(kSample), t.zeros(kGate)});
     }},
    {"embedding",
     [](Operands& t) {
       return t.run("256 of 20000x2048", &embedding,
                    {t.normal({kVocabulary, kHidden}), t.indices(kTokens, kVocabulary), t.zeros({kTokens, kHidden})});
     }},
    {"sum_rows",
     [](Operands& t) {
       return t.run(kRowsName, &sum_rows, {t.normal(kRows), t.zeros({kHidden})});
     }},
    {"dropout",
     [](Operands& t) {
       return t.run(kRowsName, &dropout, {t.normal(kRows), t.zeros(kRows), 0.1F});
     }},
    {"transfer",
     [](Operands& t) {
       return t.run("32 MiB to the device", &transfer, {t.host({8 << 20}, DType::f32), t.zeros({8 << 20})});
     }},
};

}  // namespace
