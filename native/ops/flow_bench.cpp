#include "ops/flow.h"

#include "bench/operands.h"

namespace {

using namespace sidestep;
using bench::Operands;

// Latents of four songs of 240 s.
constexpr int64_t kSongs = 4;
const Shape kLatents{kSongs, 6000, 64}, kPerSong{kSongs};
constexpr const char* kName = "4x6000x64";

const bench::OpBenches kBenches{
    {"timestep_embedding",
     [](Operands& t) {
       return t.run("64x256", &timestep_embedding, {t.constant({64}, 0.3F), t.zeros({64, 256})});
     }},
    {"flow_interpolate",
     [](Operands& t) {
       return t.run(kName, &flow_interpolate,
                    {t.normal(kLatents), t.normal(kLatents), t.constant(kPerSong, 0.3F), t.zeros(kLatents), t.zeros(kLatents)});
     }},
    {"flow_loss",
     [](Operands& t) {
       return t.run(kName, &flow_loss,
                    {.pred = t.normal(kLatents),
                     .velocity = t.normal(kLatents),
                     .weights = t.constant(kPerSong, 1),
                     .per_sample = t.zeros(kPerSong),
                     .loss = t.zeros({1}),
                     .dpred = t.zeros(kLatents)});
     }},
    {"normal_fill",
     [](Operands& t) {
       return t.run(kName, &normal_fill, {t.zeros(kLatents), {.seed = 1, .purpose = Purpose::fixture}});
     }},
};

}  // namespace
