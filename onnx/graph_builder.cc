#include "onnx/graph_builder.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace carousel {

onnx::AttributeProto Attribute(const std::string& name, std::int64_t value) {
  onnx::AttributeProto attribute;
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
  return attribute;
}

onnx::AttributeProto Attribute(const std::string& name,
                               const std::vector<std::int64_t>& values) {
  onnx::AttributeProto attribute;
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  attribute.mutable_ints()->Assign(values.begin(), values.end());
  return attribute;
}

onnx::AttributeProto Attribute(const std::string& name,
                               std::string_view value) {
  onnx::AttributeProto attribute;
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(std::string(value));
  return attribute;
}

std::string GraphBuilder::AddTensor(const std::string& name,
                                    const std::vector<std::int64_t>& shape,
                                    std::string bytes) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.mutable_dims()->Assign(shape.begin(), shape.end());
  tensor.set_raw_data(std::move(bytes));
  return name;
}

std::string GraphBuilder::AddScalar(const std::string& name, float value) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_float_data(value);
  return name;
}

std::string GraphBuilder::AddScalar(const std::string& name,
                                    std::int64_t value) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_int64_data(value);
  return name;
}

std::string GraphBuilder::AddList(const std::string& name,
                                  const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  tensor.mutable_int64_data()->Assign(values.begin(), values.end());
  return name;
}

std::string GraphBuilder::Add(
    const std::string& type, const std::vector<std::string>& inputs,
    const std::vector<onnx::AttributeProto>& attributes) {
  return AddWithOutputs(1, type, inputs, attributes).front();
}

std::vector<std::string> GraphBuilder::AddWithOutputs(
    int outputs, const std::string& type,
    const std::vector<std::string>& inputs,
    const std::vector<onnx::AttributeProto>& attributes) {
  onnx::NodeProto& node = AddNode(type, inputs);
  for (int i = 0; i < outputs; ++i) {
    node.add_output(absl::StrCat(node.name(), "_", i));
  }
  node.mutable_attribute()->Assign(attributes.begin(), attributes.end());
  return {node.output().begin(), node.output().end()};
}

void GraphBuilder::AddOutput(const std::string& name, const std::string& type,
                             const std::vector<std::string>& inputs) {
  AddNode(type, inputs).add_output(name);
}

onnx::NodeProto& GraphBuilder::AddNode(const std::string& type,
                                       const std::vector<std::string>& inputs) {
  const int number = graph_.node_size();
  onnx::NodeProto& node = *graph_.add_node();
  node.set_name(absl::StrCat(type, "_", number));
  node.set_op_type(type);
  node.mutable_input()->Assign(inputs.begin(), inputs.end());
  return node;
}

}  // namespace carousel
