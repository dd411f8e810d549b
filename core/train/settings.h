// The table of everything a training run can be told. Knows no torch.
#ifndef CAROUSEL_CORE_TRAIN_SETTINGS_H_
#define CAROUSEL_CORE_TRAIN_SETTINGS_H_

#include "core/base/setting_table.h"
#include "core/train/hyperparameters.h"

namespace carousel {

// The keys of --set stand in the order of the contract; epochs, seed and
// max_examples have fields of their own in a request.
const SettingTable<HyperParameters>& HyperParameterTable();

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_SETTINGS_H_
