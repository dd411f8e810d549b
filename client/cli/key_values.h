// A JSON document as lines of "key=value", for people.
#ifndef CAROUSEL_CLIENT_CLI_KEY_VALUES_H_
#define CAROUSEL_CLIENT_CLI_KEY_VALUES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carousel::client {

// Keys in the order of the document, those of an object within an object as
// "outer.inner". A list that is long is only counted: "epochs=(50 items)". As
// many as fit in `columns` stand in a line; one that is longer stands alone.
// Text that is no JSON object is a line as it is.
std::vector<std::string> KeyValueLines(std::string_view json, int columns);

// Adds the lines to fields for PrintFields, with `name` before the first; the
// whole stays within 80 columns beside names of up to 19.
void AddKeyValues(std::vector<std::pair<std::string, std::string>>& fields,
                  const std::string& name, std::string_view json);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_KEY_VALUES_H_
