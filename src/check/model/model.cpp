#include "model/model.h"

namespace lockstep::runtime {

const Model& find_model(protocol::MemoryModel which, bool graph) {
  if (which == protocol::MemoryModel::kSc) return graph ? kModelScGraph : kModelSc;
  return which == protocol::MemoryModel::kTso ? kModelTso : kModelRc11;
}

}  // namespace lockstep::runtime
