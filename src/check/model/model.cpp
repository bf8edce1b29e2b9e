#include "model/model.h"

namespace lockstep::runtime {

const Model& find_model(protocol::MemoryModel which) {
  return which == protocol::MemoryModel::kSc ? kModelSc : kModelRc11;
}

}  // namespace lockstep::runtime
