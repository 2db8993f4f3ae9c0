#include "adapters/config.h"

#include "adapters/kind.h"
#include "core/json_options.h"

namespace sidestep {

namespace {

#define SIDESTEP_ROW(name) Named<AdapterType>{#name, AdapterType::name},
constexpr Names kTypes{{SIDESTEP_ADAPTERS(SIDESTEP_ROW)}};
#undef SIDESTEP_ROW
constexpr Names<AttentionType, 3> kAttentionTypes{
    {{"both", AttentionType::both}, {"self", AttentionType::self}, {"cross", AttentionType::cross}}};
constexpr Names<AdapterScope, 2> kScopes{{{"targets", AdapterScope::targets}, {"decoder", AdapterScope::decoder}}};

// The defaults in config.h that are words in the schema, and those that kinds share.
namespace of = defaults::train::adapter;
static_assert(*kAttentionTypes.find(of::lora::attention_type) == AttentionType::both);
static_assert(*kScopes.find(of::lokr::scope) == AdapterScope::targets && of::loha::scope == of::lokr::scope);
static_assert(*kAdapterBiases.find(of::lora::bias) == AdapterBias::none && of::dora::bias == of::lora::bias);
static_assert(of::dora::rank == of::lora::rank && of::lokr::rank == of::lora::rank && of::loha::rank == of::lora::rank);
static_assert(of::dora::alpha == of::lora::alpha && of::lokr::alpha == of::lora::alpha && of::loha::alpha == of::lora::alpha);
static_assert(of::dora::dropout == of::lora::dropout && of::dora::rs_lora == of::lora::rs_lora);
static_assert(of::loha::use_tucker == of::lokr::use_tucker && of::loha::use_scalar == of::lokr::use_scalar &&
              of::loha::weight_decompose == of::lokr::weight_decompose);

/// Options of every kind.
OptionReaders common_options(AdapterConfig& c) {
  return {{"type", choice(c.type, kTypes)},
          {"target_modules", texts(c.target_modules)},
          {"attention_type", choice(c.attention_type, kAttentionTypes)},
          {"self_target_modules", texts(c.self_target_modules)},
          {"cross_target_modules", texts(c.cross_target_modules)},
          {"target_mlp", boolean(c.target_mlp)},
          {"modules", texts(c.modules)},
          {"selection", {}}};  // resolved to `modules` and patterns before the engine sees it
}

/// Options of other kinds are the schema's to refuse: they are known, and mean nothing.
OptionReaders options_of_others() {
  OptionReaders readers;
  AdapterConfig unread;
  for (const AdapterKind& kind : adapter_kinds()) {
    for (const auto& [name, reader] : kind.options(unread)) readers[name] = {};
  }
  return readers;
}

Json to_array(const std::vector<std::string>& values) {
  Json::Array out;
  for (const std::string& value : values) out.emplace_back(value);
  return out;
}

}  // namespace

const char* adapter_type_name(AdapterType type) { return kTypes.of(type); }

OptionReaders ranked_options(AdapterConfig& c) {
  return {{"rank", integer(c.rank, 1)},
          {"alpha", positive(c.alpha)},
          {"rs_lora", boolean(c.rs_lora)},
          {"rank_pattern",
           [&c](const GivenOption& given) {
             for (const auto& [key, rank] : given.value.as_object()) c.rank_pattern[key] = rank.as_int();
           }},
          {"alpha_pattern", [&c](const GivenOption& given) {
             for (const auto& [key, alpha] : given.value.as_object()) c.alpha_pattern[key] = alpha.as_number();
           }}};
}

OptionReaders lycoris_options(AdapterConfig& c) {
  OptionReaders readers{{"scope", choice(c.scope, kScopes)},
                        {"use_tucker", boolean(c.lycoris.use_tucker)},
                        {"use_scalar", boolean(c.lycoris.use_scalar)},
                        {"weight_decompose", boolean(c.lycoris.weight_decompose)}};
  readers.merge(ranked_options(c));
  return readers;
}

void describe_lycoris(const AdapterConfig& c, Json::Object& out) {
  out["rank"] = c.rank;
  out["alpha"] = c.alpha;
  out["rs_lora"] = c.rs_lora;
  out["scope"] = kScopes.of(c.scope);
  out["use_tucker"] = c.lycoris.use_tucker;
  out["use_scalar"] = c.lycoris.use_scalar;
  out["weight_decompose"] = c.lycoris.weight_decompose;
}

AdapterConfig adapter_config_from_json(const Json& json) {
  AdapterConfig config;
  const OptionArea area{"adapter/option-unknown", "adapter/option-invalid", "an adapter"};
  choice(config.type, kTypes)({area, "adapter.type", json.at("type")});
  OptionReaders readers = common_options(config);
  readers.merge(adapter_kind(config.type).options(config));
  readers.merge(options_of_others());
  read_options(area, "adapter", json, readers);
  return config;
}

Json adapter_config_to_json(const AdapterConfig& c) {
  Json::Object out{{"type", adapter_type_name(c.type)},
                   {"target_modules", to_array(c.target_modules)},
                   {"attention_type", kAttentionTypes.of(c.attention_type)},
                   {"target_mlp", c.target_mlp}};
  if (!c.self_target_modules.empty()) out["self_target_modules"] = to_array(c.self_target_modules);
  if (!c.cross_target_modules.empty()) out["cross_target_modules"] = to_array(c.cross_target_modules);
  if (!c.modules.empty()) out["modules"] = to_array(c.modules);
  adapter_kind(c.type).describe(c, out);
  return out;
}

}  // namespace sidestep
