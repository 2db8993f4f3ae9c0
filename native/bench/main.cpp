#include <cstdio>
#include <map>

#include "bench/commands.h"
#include "core/error.h"
#include "core/platform/process.h"

namespace {

using Command = int (*)(const std::vector<std::string>&);

const std::map<std::string, Command> kCommands = {
    {"op", &sidestep::bench::op_command},
    {"train_step", &sidestep::bench::train_step_command},
    {"follow", &sidestep::bench::follow_command},
    {"predict", &sidestep::bench::predict_command},
    {"predict_audio", &sidestep::bench::predict_audio_command},
    {"encode_text", &sidestep::bench::encode_text_command},
    {"encode_condition", &sidestep::bench::encode_condition_command},
    {"encode_audio", &sidestep::bench::encode_audio_command},
    {"generate", &sidestep::bench::generate_command},
    {"decode_audio", &sidestep::bench::decode_audio_command},
    {"load_weights", &sidestep::bench::load_weights_command},
};

constexpr const char* kUsage =
    "usage: sidestep_bench COMMAND [--threads N] [--backend cpu|cuda|fake-cuda|simt] [--steps N] [--json] ...\n"
    "  op [NAME|all]... [--case PART]\n"
    "  train_step --config FILE.json [--latents N] [--condition N] [--batch N] [--rank N] [--checkpointing on|off]\n"
    "          [--base auto|8bit|int8|fp8]: how the frozen matrices are kept\n"
    "  follow (as train_step; 50 steps unless said): the same training on the CPU in f32 and on --backend, losses compared step "
    "by step\n"
    "  predict --config FILE.json [--latents N] [--condition N] [--batch N] [--rank N] [--checkpointing on|off]\n"
    "          [--precision bf16|f16|f32] [--base auto|8bit|int8|fp8] [--card NAME] [--products library|own]: time and memory of "
    "that step on such a card\n"
    "          [--ranks N [--accumulation N] [--link nvlink|pcie|tcp] [--bandwidth GB/S] [--network GBIT/S] [--bus GB/S]]: an "
    "update\n"
    "          shared by cards; tcp at 10 Gbit/s with a bus of 20 GB/s unless said, which also brings layers from the host\n"
    "  predict_audio --config FILE.json [--latents N] [--card NAME]: the VAE both ways on such a card\n"
    "  encode_text --config FILE.json [--condition N] [--batch N]\n"
    "  encode_condition --config FILE.json [--condition N] [--batch N]\n"
    "  encode_audio --config FILE.json [--latents N]\n"
    "  generate --config FILE.json [--latents N] [--condition N] [--guidance on|off] [--halves together]\n"
    "  decode_audio --config FILE.json [--latents N] [--piece N]\n"
    "  load_weights [--file FILE.safetensors | --megabytes N]\n";

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words = sidestep::platform::command_line(argc, argv);
  const auto command = words.empty() ? kCommands.end() : kCommands.find(words[0]);
  if (command == kCommands.end()) {
    std::fprintf(stderr, "%s", kUsage);
    return 2;
  }
  try {
    return command->second({words.begin() + 1, words.end()});
  } catch (const sidestep::Error& error) {
    std::fprintf(stderr, "%s: %s\n%s", error.code().c_str(), error.message().c_str(),
                 error.code() == "bench/usage" ? kUsage : (error.hint() + "\n").c_str());
    return error.code() == "bench/usage" ? 2 : 1;
  }
}
