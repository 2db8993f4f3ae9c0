#include "adapters/config.h"

#include <array>
#include <functional>
#include <utility>

#include "core/error.h"

namespace sidestep {

namespace {

template <typename E, size_t N>
using Names = std::array<std::pair<const char*, E>, N>;

constexpr Names<AdapterType, 5> kTypes{{{"lora", AdapterType::lora},
                                        {"dora", AdapterType::dora},
                                        {"lokr", AdapterType::lokr},
                                        {"loha", AdapterType::loha},
                                        {"oft", AdapterType::oft}}};
constexpr Names<AttentionType, 3> kAttentionTypes{
    {{"both", AttentionType::both}, {"self", AttentionType::self}, {"cross", AttentionType::cross}}};
constexpr Names<AdapterBias, 3> kBiases{
    {{"none", AdapterBias::none}, {"all", AdapterBias::all}, {"lora_only", AdapterBias::lora_only}}};
constexpr Names<AdapterScope, 2> kScopes{{{"targets", AdapterScope::targets}, {"decoder", AdapterScope::decoder}}};
constexpr Names<Cayley, 2> kCayleys{{{"neumann", Cayley::neumann}, {"exact", Cayley::exact}}};

[[noreturn]] void invalid(const std::string& field, const std::string& expected, const Json& found) {
  throw Error("adapter/option-invalid", "adapter." + field + ": expected " + expected + ", found " + found.dump());
}

template <typename E, size_t N>
E parse(const Names<E, N>& names, const std::string& field, const Json& value) {
  std::string known;
  for (const auto& [name, e] : names) {
    if (value.is_string() && value.as_string() == name) return e;
    known += std::string(known.empty() ? "" : ", ") + name;
  }
  invalid(field, "one of " + known, value);
}

template <typename E, size_t N>
const char* name_of(const Names<E, N>& names, E value) {
  for (const auto& [name, e] : names) {
    if (e == value) return name;
  }
  return "";
}

std::vector<std::string> strings(const Json& value) {
  std::vector<std::string> out;
  for (const Json& item : value.as_array()) out.push_back(item.as_string());
  return out;
}

Json to_array(const std::vector<std::string>& values) {
  Json::Array out;
  for (const std::string& value : values) out.emplace_back(value);
  return out;
}

using Reader = std::function<void(AdapterConfig&, const Json&)>;

/// Every field of every type; one that a type does not know is the schema's to refuse.
const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> table = {
      {"type", [](AdapterConfig& c, const Json& v) { c.type = parse(kTypes, "type", v); }},
      {"rank", [](AdapterConfig& c, const Json& v) { c.rank = v.as_int(); }},
      {"alpha", [](AdapterConfig& c, const Json& v) { c.alpha = v.as_number(); }},
      {"dropout", [](AdapterConfig& c, const Json& v) { c.dropout = v.as_number(); }},
      {"bias", [](AdapterConfig& c, const Json& v) { c.bias = parse(kBiases, "bias", v); }},
      {"rs_lora", [](AdapterConfig& c, const Json& v) { c.rs_lora = v.as_bool(); }},
      {"target_modules", [](AdapterConfig& c, const Json& v) { c.target_modules = strings(v); }},
      {"attention_type",
       [](AdapterConfig& c, const Json& v) { c.attention_type = parse(kAttentionTypes, "attention_type", v); }},
      {"self_target_modules", [](AdapterConfig& c, const Json& v) { c.self_target_modules = strings(v); }},
      {"cross_target_modules", [](AdapterConfig& c, const Json& v) { c.cross_target_modules = strings(v); }},
      {"target_mlp", [](AdapterConfig& c, const Json& v) { c.target_mlp = v.as_bool(); }},
      {"scope", [](AdapterConfig& c, const Json& v) { c.scope = parse(kScopes, "scope", v); }},
      {"modules", [](AdapterConfig& c, const Json& v) { c.modules = strings(v); }},
      {"rank_pattern",
       [](AdapterConfig& c, const Json& v) {
         for (const auto& [key, rank] : v.as_object()) c.rank_pattern[key] = rank.as_int();
       }},
      {"alpha_pattern",
       [](AdapterConfig& c, const Json& v) {
         for (const auto& [key, alpha] : v.as_object()) c.alpha_pattern[key] = alpha.as_number();
       }},
      {"factor", [](AdapterConfig& c, const Json& v) { c.factor = v.as_int(); }},
      {"decompose_both", [](AdapterConfig& c, const Json& v) { c.decompose_both = v.as_bool(); }},
      {"full_matrix", [](AdapterConfig& c, const Json& v) { c.full_matrix = v.as_bool(); }},
      {"unbalanced_factorization",
       [](AdapterConfig& c, const Json& v) { c.unbalanced_factorization = v.as_bool(); }},
      {"use_tucker", [](AdapterConfig& c, const Json& v) { c.use_tucker = v.as_bool(); }},
      {"use_scalar", [](AdapterConfig& c, const Json& v) { c.use_scalar = v.as_bool(); }},
      {"weight_decompose", [](AdapterConfig& c, const Json& v) { c.weight_decompose = v.as_bool(); }},
      {"block_size", [](AdapterConfig& c, const Json& v) { c.block_size = v.as_int(); }},
      {"coft", [](AdapterConfig& c, const Json& v) { c.coft = v.as_bool(); }},
      {"eps", [](AdapterConfig& c, const Json& v) { c.eps = v.as_number(); }},
      {"block_share", [](AdapterConfig& c, const Json& v) { c.block_share = v.as_bool(); }},
      {"cayley", [](AdapterConfig& c, const Json& v) { c.cayley = parse(kCayleys, "cayley", v); }},
      {"cayley_terms", [](AdapterConfig& c, const Json& v) { c.cayley_terms = v.as_int(); }},
      {"selection", [](AdapterConfig&, const Json&) {}},  // resolved to `modules` and patterns before the engine sees it
  };
  return table;
}

void check(const AdapterConfig& c) {
  if (c.rank < 1) invalid("rank", "a positive integer", c.rank);
  if (!(c.alpha > 0)) invalid("alpha", "a positive number", c.alpha);
  if (!(c.dropout >= 0 && c.dropout < 1)) invalid("dropout", "a probability below 1", c.dropout);
  if (c.factor == 0 || c.factor < -1) invalid("factor", "-1 or a positive integer", c.factor);
  if (c.block_size < 2) invalid("block_size", "an integer of at least 2", c.block_size);
  if (c.cayley_terms < 1) invalid("cayley_terms", "a positive integer", c.cayley_terms);
}

}  // namespace

const char* adapter_type_name(AdapterType type) { return name_of(kTypes, type); }

AdapterConfig adapter_config_from_json(const Json& json) {
  AdapterConfig config;
  config.type = parse(kTypes, "type", json.at("type"));
  if (config.type == AdapterType::lora || config.type == AdapterType::dora) config.dropout = 0.1;
  for (const auto& [field, value] : json.as_object()) {
    const auto reader = readers().find(field);
    if (reader == readers().end()) {
      throw Error("adapter/option-unknown", "adapter." + field + " is no option of an adapter");
    }
    if (!value.is_null()) reader->second(config, value);
  }
  check(config);
  return config;
}

Json adapter_config_to_json(const AdapterConfig& c) {
  Json::Object out{{"type", adapter_type_name(c.type)},
                   {"target_modules", to_array(c.target_modules)},
                   {"attention_type", name_of(kAttentionTypes, c.attention_type)},
                   {"target_mlp", c.target_mlp}};
  if (!c.self_target_modules.empty()) out["self_target_modules"] = to_array(c.self_target_modules);
  if (!c.cross_target_modules.empty()) out["cross_target_modules"] = to_array(c.cross_target_modules);
  if (!c.modules.empty()) out["modules"] = to_array(c.modules);
  if (c.type == AdapterType::oft) {
    out["block_size"] = c.block_size;
    out["coft"] = c.coft;
    out["eps"] = c.eps;
    out["block_share"] = c.block_share;
    out["cayley"] = name_of(kCayleys, c.cayley);
    out["cayley_terms"] = c.cayley_terms;
    return out;
  }
  out["rank"] = c.rank;
  out["alpha"] = c.alpha;
  out["rs_lora"] = c.rs_lora;
  if (c.type == AdapterType::lora || c.type == AdapterType::dora) {
    Json::Object ranks, alphas;
    for (const auto& [key, rank] : c.rank_pattern) ranks[key] = rank;
    for (const auto& [key, alpha] : c.alpha_pattern) alphas[key] = alpha;
    out["rank_pattern"] = ranks;
    out["alpha_pattern"] = alphas;
    out["dropout"] = c.dropout;
    out["bias"] = name_of(kBiases, c.bias);
    return out;
  }
  out["scope"] = name_of(kScopes, c.scope);
  out["use_tucker"] = c.use_tucker;
  out["use_scalar"] = c.use_scalar;
  out["weight_decompose"] = c.weight_decompose;
  if (c.type == AdapterType::lokr) {
    out["factor"] = c.factor;
    out["decompose_both"] = c.decompose_both;
    out["full_matrix"] = c.full_matrix;
    out["unbalanced_factorization"] = c.unbalanced_factorization;
  }
  return out;
}

}  // namespace sidestep
