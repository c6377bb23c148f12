//! limits.conf(5) and limits.d.

use std::collections::BTreeMap;

use ltsp_core::conf::{self, Kind, who};
use ltsp_core::formats::limits::{self, Bound as Most, Effective, Item, NewRule, Rule, Who};
use ltsp_core::{Result, SysRoot};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::Conf;
use crate::args::{BytesArg, Id, Many, PathArg};
use crate::errors::{invalid, raise};
use crate::options::open_root;
use crate::values::{self, Class, value};

/// `limits.conf`, or a file of `limits.d`, as pam_limits of Linux-PAM 1.5 takes it.
///
/// `LimitsConf(text)` is a document in memory, which belongs to no file. `LimitsConf.open` opens a
/// file.
#[pyclass(extends = Conf, frozen, module = "ltsp")]
pub(crate) struct LimitsConf;

/// A rule to be written: `(domain, type, item, value)`, or anything with these attributes.
#[derive(FromPyObject)]
enum RuleArg {
    Tuple(BytesArg, String, String, ValueArg),
    Attributes {
        domain: BytesArg,
        #[pyo3(attribute("type"))]
        kind: String,
        item: String,
        value: ValueArg,
    },
}

/// A number or text.
#[derive(FromPyObject)]
enum ValueArg {
    Number(i64),
    Text(BytesArg),
}

impl RuleArg {
    fn rule(self, py: Python<'_>) -> PyResult<NewRule> {
        let (domain, kind, item, value) = match self {
            Self::Tuple(domain, kind, item, value)
            | Self::Attributes { domain, kind, item, value } => (domain, kind, item, value),
        };
        let kind = limits::Kind::of_name(kind.as_bytes()).ok_or_else(|| {
            invalid(py, format!("{kind:?} is no type of limit; take soft, hard or -"))
        })?;
        let item = Item::of_name(item.as_bytes()).ok_or_else(|| {
            let known = Item::ALL.map(Item::name).join(", ");
            invalid(py, format!("{item:?} cannot be limited; take one of {known}"))
        })?;
        let value = match value {
            ValueArg::Number(number) => number.to_string().into(),
            ValueArg::Text(text) => text.0.into(),
        };
        Ok(NewRule { domain: domain.0.into(), kind, item, value })
    }
}

#[pymethods]
impl LimitsConf {
    #[new]
    #[pyo3(
        signature = (text = BytesArg::default(), name = PathArg("limits.conf".into())),
        text_signature = "(text=b'', name='limits.conf')"
    )]
    fn new(py: Python<'_>, text: BytesArg, name: PathArg) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Conf::memory(py, Kind::Limits, text, name)).add_subclass(Self)
    }

    /// Every line that pam_limits takes, in the order of the file.
    fn rules<'py>(slf: &Bound<'py, Self>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let py = slf.py();
        let rules: Vec<Rule> = slf
            .as_super()
            .get()
            .read_as(py, |conf: &limits::LimitsConf, _| Ok(conf.rules().collect()))?;
        values::list(py, &rules, rule)
    }

    /// Every block of rules between `# BEGIN ltsp NAME` and `# END ltsp NAME`. ParseError if a
    /// marker lacks its other half or two blocks have one name.
    fn blocks<'py>(slf: &Bound<'py, Self>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        static CLASS: Class = Class::conf("LimitBlock");
        let py = slf.py();
        let blocks = slf.as_super().get().read_as(py, |conf: &limits::LimitsConf, _| {
            let blocks = conf.blocks()?.into_iter();
            let blocks = blocks.map(|block| (conf.rules_in(&block).collect::<Vec<_>>(), block));
            Ok(blocks.collect::<Vec<_>>())
        })?;
        values::list(py, &blocks, |py, (rules, block)| {
            let rules = values::tuple(py, rules, rule)?;
            value!(py, CLASS, at & block.place, values::text(py, &block.name)?, rules)
        })
    }

    /// Make these rules, `(domain, type, item, value)` as in the file, the block of that name; it
    /// is added at the end if missing. Whether the file is another one now; what stands
    /// outside the block stays. ValueError if pam_limits would not read a rule as it is meant,
    /// ParseError as of `blocks`.
    fn set_block(slf: &Bound<'_, Self>, name: &str, rules: Many<RuleArg>) -> PyResult<bool> {
        let py = slf.py();
        let rules = rules.0.into_iter().map(|rule| rule.rule(py));
        let rules = rules.collect::<PyResult<Vec<_>>>()?;
        slf.as_super()
            .get()
            .write_as(py, |conf: &mut limits::LimitsConf, _| conf.set_block(name, &rules))
    }

    /// Remove the block of that name; whether there was one. ParseError as of `blocks`.
    fn remove_block(slf: &Bound<'_, Self>, name: &str) -> PyResult<bool> {
        slf.as_super()
            .get()
            .write_as(slf.py(), |conf: &mut limits::LimitsConf, _| conf.remove_block(name))
    }

    /// Make the rules that the well-known script for guest accounts wrote behind `### custom` a
    /// block of that name: the rules, and whether something stands behind them, which the script
    /// would have deleted. None if there are no such rules. ValueError if there is such a block
    /// already, ParseError as of `blocks`.
    fn import_script_block<'py>(
        slf: &Bound<'py, Self>,
        name: &str,
    ) -> PyResult<Option<(Vec<Bound<'py, PyAny>>, bool)>> {
        let py = slf.py();
        let found = slf
            .as_super()
            .get()
            .write_as(py, |conf: &mut limits::LimitsConf, _| conf.import_script_block(name))?;
        found
            .map(|found| Ok((values::list(py, &found.rules, rule)?, found.more_behind)))
            .transpose()
    }

    /// What pam_limits takes from this one file for the sessions of `user`; see
    /// `ltsp.effective_limits` for all files.
    ///
    /// The account and its groups are those of `root` (by default the file's own root), unless
    /// `uid`, `gid` and `groups` (names with group ids) say them. NotFoundError if there is no such
    /// account. `nr_open` is what `nofile` is when it is unlimited: `/proc/sys/fs/nr_open`.
    #[pyo3(signature = (
        user, root = None, *, uid = None, gid = None, groups = None, nr_open = NR_OPEN
    ), text_signature = "($self, user, root=None, *, uid=None, gid=None, groups=None, \
        nr_open=1048576)")]
    fn effective<'py>(
        slf: &Bound<'py, Self>,
        user: BytesArg,
        root: Option<PathArg>,
        uid: Option<Id>,
        gid: Option<Id>,
        groups: Option<BTreeMap<String, Id>>,
        nr_open: u64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let given = match (uid, gid) {
            (None, None) if groups.is_none() => None,
            (Some(uid), Some(gid)) => Some(Who {
                name: user.0.clone().into(),
                uid: uid.0,
                gid: gid.0,
                groups: groups
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(name, gid)| (name.into(), gid.0))
                    .collect(),
            }),
            _ => return Err(invalid(py, "give uid and gid, or neither of them and no groups")),
        };
        let found = slf.as_super().get().read(py, |held| {
            let who = match (given, &root) {
                (Some(who), _) => who,
                (None, Some(root)) => who(&SysRoot::open(&root.0)?, &user.0)?,
                (None, None) => match held.file() {
                    Some(file) => who(file.root(), &user.0)?,
                    None => who(&SysRoot::host()?, &user.0)?,
                },
            };
            let document = <limits::LimitsConf as super::Format>::of(held.document());
            let document = document.ok_or_else(super::other_format)?;
            Ok(limits::effective(std::slice::from_ref(document), &who))
        })?;
        effective(py, &found, nr_open)
    }
}

/// What `/proc/sys/fs/nr_open` says unless somebody raised it.
const NR_OPEN: u64 = 1_048_576;

/// What pam_limits does to the sessions of the account `user` of `root`, from
/// `/etc/security/limits.conf` and the files of `limits.d` there.
///
/// NotFoundError if there is no such account. `nr_open` is what `nofile` is when it is unlimited:
/// `/proc/sys/fs/nr_open`.
#[pyfunction]
#[pyo3(
    signature = (user, root = PathArg("/".into()), *, nr_open = NR_OPEN),
    text_signature = "(user, root='/', *, nr_open=1048576)"
)]
pub(crate) fn effective_limits(
    py: Python<'_>,
    user: BytesArg,
    root: PathArg,
    nr_open: u64,
) -> PyResult<Bound<'_, PyAny>> {
    let root = open_root(py, &root)?;
    let found: Result<Effective> =
        py.detach(|| conf::effective_limits(&root, &who(&root, &user.0)?));
    effective(py, &found.map_err(|error| raise(py, &error))?, nr_open)
}

fn effective<'py>(py: Python<'py>, found: &Effective, nr_open: u64) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("EffectiveLimits");
    static LIMIT: Class = Class::conf("Limit");
    // As resource.setrlimit calls it.
    let number = |most: Most| match most.number(nr_open) {
        u64::MAX => -1,
        number => i128::from(number),
    };
    let limits = values::tuple(py, &found.limits, |py, limit| {
        let (soft, hard) = (limit.soft().map(number), limit.hard().map(number));
        value!(py, LIMIT, limit.item.name(), soft, hard)
    })?;
    let exempt = found.exempt.as_ref().map(|line| values::origin(py, line)).transpose()?;
    let keywords = PyDict::new(py);
    keywords.set_item("exempt", exempt)?;
    keywords.set_item("limits", limits)?;
    let entries = values::entries(py, &found.to_resolved())?;
    CLASS.get(py)?.call((entries,), Some(&keywords))
}

fn rule<'py>(py: Python<'py>, rule: &Rule) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("LimitRule");
    value!(
        py,
        CLASS,
        at & rule.place,
        rule.domain.to_string(),
        rule.kind.name(),
        rule.item.name(),
        rule.value.to_string(),
    )
}
