#include "training/optimizer.h"

#include "core/error.h"
#include "training/optimizer_rule.h"

namespace sidestep {

namespace {

#define SIDESTEP_ROW(name) Named<OptimizerType>{#name, OptimizerType::name},
constexpr Names kTypes{{SIDESTEP_OPTIMIZERS(SIDESTEP_ROW)}};
#undef SIDESTEP_ROW

// What the rules share has one default.
namespace of = defaults::train::optimizer;
static_assert(of::adamw8bit::learning_rate == of::adamw::learning_rate &&
              of::adafactor::learning_rate == of::adamw::learning_rate);
static_assert(of::adamw8bit::betas[0] == of::adamw::betas[0] && of::adamw8bit::betas[1] == of::adamw::betas[1]);
static_assert(of::adamw8bit::eps == of::adamw::eps && of::adamw8bit::weight_decay == of::adamw::weight_decay);
static_assert(of::adafactor::weight_decay == of::adamw::weight_decay && of::prodigy::weight_decay == of::adamw::weight_decay);

const std::vector<OptimizerRule>& rules() {
#define SIDESTEP_CALL_RULE(name) name##_rule(),
  static const std::vector<OptimizerRule> all{SIDESTEP_OPTIMIZERS(SIDESTEP_CALL_RULE)};
#undef SIDESTEP_CALL_RULE
  return all;
}

}  // namespace

OptimizerType optimizer_type(const std::string& name) {
  if (const OptimizerType* type = kTypes.find(name)) return *type;
  throw Error("train/unknown-optimizer", "Unknown optimizer `" + name + "`", "Known: " + kTypes.listed() + ".");
}

const std::vector<std::string>& optimizer_names() {
#define SIDESTEP_NAME(name) #name,
  static const std::vector<std::string> names{SIDESTEP_OPTIMIZERS(SIDESTEP_NAME)};
#undef SIDESTEP_NAME
  return names;
}

const OptimizerRule& optimizer_rule(OptimizerType type) {
  for (const OptimizerRule& rule : rules()) {
    if (rule.type == type) return rule;
  }
  throw Error("train/unknown-optimizer", "Unknown optimizer");
}

bool finds_rate(OptimizerType type) { return optimizer_rule(type).finds_rate; }

OptimizerOptions optimizer_options_from_json(const Json& json) {
  OptimizerOptions out;
  out.type = optimizer_type(json.at("type").as_string());
  OptionReaders readers = optimizer_rule(out.type).options(out);
  readers["type"] = {};
  const std::string owner = std::string(kTypes.of(out.type)) + " optimizers";
  read_options({"train/option-unknown", "train/option-invalid", owner}, "optimizer", json, readers);
  return out;
}

OptionReaders common_options(OptimizerOptions& o) {
  return {{"learning_rate", positive(o.learning_rate)}, {"weight_decay", number(o.weight_decay)}};
}

OptionReader pair(double& first, double& second) {
  return [&first, &second](const GivenOption& given) {
    const Json::Array& both = given.value.as_array();
    if (both.size() != 2) given.refuse("two numbers");
    first = both[0].as_number();
    second = both[1].as_number();
  };
}

size_t Optimizer::state_bytes() const {
  size_t bytes = 0;
  for (const NamedState& item : state()) bytes += item.tensor.bytes();
  return bytes;
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, const std::vector<Parameter>& parameters,
                                          Stream& stream) {
  return optimizer_rule(options.type).make(options, parameters, stream);
}

}  // namespace sidestep
