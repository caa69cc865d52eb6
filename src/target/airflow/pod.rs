//! A body in a pod: the arguments of a KubernetesPodOperator.

use super::Context;
use super::task::Arguments;

pub(super) fn body(_cx: &mut Context, _stage: usize, _index: usize, _arguments: &mut Arguments) {}
