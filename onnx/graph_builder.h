// Puts an ONNX graph together, operator by operator: the operators are those
// of https://onnx.ai/onnx/operators, version 17.
#ifndef CAROUSEL_ONNX_GRAPH_BUILDER_H_
#define CAROUSEL_ONNX_GRAPH_BUILDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "onnx/onnx.pb.h"

namespace carousel {

onnx::AttributeProto Attribute(const std::string& name, std::int64_t value);
onnx::AttributeProto Attribute(const std::string& name,
                               const std::vector<std::int64_t>& values);
onnx::AttributeProto Attribute(const std::string& name, std::string_view value);

// Values are known by their names, as in ONNX. Not thread-safe.
class GraphBuilder {
 public:
  // `graph` is not owned.
  explicit GraphBuilder(onnx::GraphProto& graph) : graph_(graph) {}

  // Constants; all return `name`. The bytes are row-major little-endian floats.
  std::string AddTensor(const std::string& name,
                        const std::vector<std::int64_t>& shape,
                        std::string bytes);
  std::string AddScalar(const std::string& name, float value);
  std::string AddScalar(const std::string& name, std::int64_t value);
  std::string AddList(const std::string& name,
                      const std::vector<std::int64_t>& values);

  // An operator; returns the name of its first output. An input "" is left
  // out.
  std::string Add(const std::string& type,
                  const std::vector<std::string>& inputs,
                  const std::vector<onnx::AttributeProto>& attributes = {});
  // The same with as many outputs.
  std::vector<std::string> AddWithOutputs(
      int outputs, const std::string& type,
      const std::vector<std::string>& inputs,
      const std::vector<onnx::AttributeProto>& attributes);

  // An operator whose output is the graph's, of that name.
  void AddOutput(const std::string& name, const std::string& type,
                 const std::vector<std::string>& inputs);

 private:
  onnx::NodeProto& AddNode(const std::string& type,
                           const std::vector<std::string>& inputs);

  onnx::GraphProto& graph_;
};

}  // namespace carousel

#endif  // CAROUSEL_ONNX_GRAPH_BUILDER_H_
