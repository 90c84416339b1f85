"""The model: what the shapes say, besides constraints, of each class and its fields.

The annotated shapes (`sh:name`, `sh:description`, `sh:group`, `sh:order`, severity, `atlas:derived`) are read once into
plain values. HTML pages, the JSON-LD context, the columns of tables and docs/model.md are drawn from them.

classes   the values: classes, groups, fields, rules, and the JSON-LD context that they make
reading   shapes -> values
"""

from atlas_ld.model.classes import Bilingual, ClassModel, Field, Group, Model, Rule
from atlas_ld.model.reading import load_model

__all__ = ["Bilingual", "ClassModel", "Field", "Group", "Model", "Rule", "load_model"]
