//! Client images.

use ltsp_core::SysRoot;
use ltsp_core::image::{ClientImage, Generation, ImageStore};
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;

use crate::args::{BytesArg, PathArg};
use crate::errors::{exception, invalid, raise};
use crate::values::{self, Class, value};

/// What clients of a server can run from: the server itself, chroots, disks of virtual machines,
/// squashfs images and their backups, of all generations of LTSP whose directory is there.
///
/// With `name` only those called so; a path means one of them; NotFoundError if there is none.
/// `generation` (5 or 19) chooses one generation, and `base` the directory where that one keeps its
/// images. Nothing is mounted or started. An image that cannot be read is in the list, with its
/// `problems`.
#[pyfunction]
#[pyo3(
    signature = (name = None, *, root = PathArg("/".into()), generation = None, base = None),
    text_signature = "(name=None, *, root='/', generation=None, base=None)"
)]
pub(crate) fn images<'py>(
    py: Python<'py>,
    name: Option<BytesArg>,
    root: PathArg,
    generation: Option<i64>,
    base: Option<PathArg>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let generation = match generation {
        None => None,
        Some(5) => Some(Generation::Ltsp5),
        Some(19) => Some(Generation::Ltsp19),
        Some(_) => {
            return Err(invalid(py, "the generation of LTSP is 5, or 19 for all newer ones"));
        }
    };
    if base.is_some() && generation.is_none() {
        return Err(invalid(py, "say of which generation this is the base"));
    }
    let found = py.detach(|| {
        let mut store = ImageStore::open(&SysRoot::open(&root.0)?, generation)?;
        if let (Some(generation), Some(base)) = (generation, &base) {
            store = store.with_base(generation, &base.0);
        }
        match &name {
            Some(name) => store.images(&name.0),
            None => store.list(),
        }
    });
    let found = found.map_err(|error| raise(py, &error))?;
    values::list(py, &found, client_image)
}

fn client_image<'py>(py: Python<'py>, image: &ClientImage) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::image("ClientImage");
    let generation = match image.generation {
        Generation::Ltsp5 => 5,
        Generation::Ltsp19 => 19,
    };
    let problems = values::tuple(py, &image.problems, |py, error| {
        exception(py, error)?.into_bound_py_any(py)
    })?;
    value!(
        py,
        CLASS,
        values::text(py, &image.name)?,
        image.kind.name(),
        generation,
        image.backup,
        image.path.as_path(),
        image.size,
        image.modified,
        image.architecture.as_ref().map(|found| found.name()),
        os(py, image)?,
        squashfs(py, image)?,
        kernels(py, image)?,
        packages(py, image)?,
        served(py, image)?,
        problems,
        image.to_json(),
    )
}

fn os<'py>(py: Python<'py>, image: &ClientImage) -> PyResult<Option<Bound<'py, PyAny>>> {
    static CLASS: Class = Class::image("Os");
    let Some(os) = &image.os else { return Ok(None) };
    let [id, version, codename, name] = [&os.id, &os.version, &os.codename, &os.name];
    value!(
        py,
        CLASS,
        values::text(py, id)?,
        values::text(py, version)?,
        values::text(py, codename)?,
        values::text(py, name)?,
    )
    .map(Some)
}

fn squashfs<'py>(py: Python<'py>, image: &ClientImage) -> PyResult<Option<Bound<'py, PyAny>>> {
    static CLASS: Class = Class::image("Squashfs");
    let Some(info) = &image.squashfs else { return Ok(None) };
    let block = &info.superblock;
    value!(
        py,
        CLASS,
        block.version.to_string(),
        block.compression.name(),
        block.block_size,
        block.created,
        block.bytes_used,
        block.inodes,
        block.exportable,
        block.xattrs,
    )
    .map(Some)
}

fn kernels<'py>(py: Python<'py>, image: &ClientImage) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::image("Kernel");
    let kernels = values::tuple(py, &image.kernels, |py, kernel| {
        let initrd = values::maybe_text(py, kernel.initrd.as_ref())?;
        value!(
            py,
            CLASS,
            values::text(py, &kernel.file)?,
            values::text(py, &kernel.version)?,
            initrd,
        )
    })?;
    Ok(kernels.into_any())
}

fn packages<'py>(py: Python<'py>, image: &ClientImage) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::image("Package");
    let packages = values::tuple(py, &image.packages, |py, package| {
        value!(
            py,
            CLASS,
            values::text(py, &package.name)?,
            values::text(py, &package.version)?,
            values::text(py, &package.architecture)?,
        )
    })?;
    Ok(packages.into_any())
}

fn served<'py>(py: Python<'py>, image: &ClientImage) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::image("Served");
    let served = values::tuple(py, &image.served_by, |py, line| {
        value!(py, CLASS, line.by.name(), line.file.as_path(), line.line, line.what.as_str())
    })?;
    Ok(served.into_any())
}
