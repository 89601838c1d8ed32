//! Tables of columns in files: Parquet and Arrow IPC, for pandas, polars, R and DuckDB.
//!
//! A table is written in batches of rows, so that memory does not grow with it, and the bytes follow from the rows
//! alone: no time and no host is in them.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Metadata, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::args::RunFormat;

/// Rows of a batch, and of a row group.
const BATCH: usize = 1 << 14;

/// The two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columnar {
    Parquet,
    Arrow,
}

impl Columnar {
    /// By the ending of a file.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        RunFormat::of_columns(Some(path)).map(Self::from)
    }
}

impl From<RunFormat> for Columnar {
    /// Parquet where it is neither.
    fn from(format: RunFormat) -> Self {
        if format == RunFormat::Arrow { Self::Arrow } else { Self::Parquet }
    }
}

/// What a column holds; each may be missing in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Whole,
    Number,
    Text,
    Truth,
    /// Days since 1970-01-01.
    Date,
}

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Whole(Option<i64>),
    Number(Option<f64>),
    Text(Option<&'a str>),
    Truth(Option<bool>),
    Date(Option<i32>),
}

enum Column {
    Whole(Int64Builder),
    Number(Float64Builder),
    Text(StringBuilder),
    Truth(BooleanBuilder),
    Date(Date32Builder),
}

enum Sink<'f> {
    Parquet(ArrowWriter<&'f File>),
    Arrow(FileWriter<&'f File>),
}

/// A table that is being written.
pub(crate) struct Table<'f> {
    sink: Sink<'f>,
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

impl<'f> Table<'f> {
    /// Begins a table in a file, with what its metadata say.
    pub(crate) fn new(
        file: &'f File,
        format: Columnar,
        columns: &[(String, Type)],
        metadata: &[(&str, String)],
    ) -> io::Result<Self> {
        let field = |(name, kind): &(String, Type)| {
            let kind = match kind {
                Type::Whole => DataType::Int64,
                Type::Number => DataType::Float64,
                Type::Text => DataType::Utf8,
                Type::Truth => DataType::Boolean,
                Type::Date => DataType::Date32,
            };
            Field::new(name, kind, true)
        };
        let pairs = metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
        let builder = |(_, kind): &(String, Type)| match kind {
            Type::Whole => Column::Whole(Int64Builder::new()),
            Type::Number => Column::Number(Float64Builder::new()),
            Type::Text => Column::Text(StringBuilder::new()),
            Type::Truth => Column::Truth(BooleanBuilder::new()),
            Type::Date => Column::Date(Date32Builder::new()),
        };
        let (sink, schema) = match format {
            Columnar::Parquet => {
                // In the file's own metadata for whoever reads Parquet, and in the schema for whoever reads it as Arrow.
                let schema = Arc::new(schema.with_metadata(pairs.clone().collect::<Metadata>()));
                let properties = WriterProperties::builder()
                    .set_created_by(format!("cordiale {}", env!("CARGO_PKG_VERSION")))
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(BATCH))
                    .set_key_value_metadata(Some(
                        pairs.map(|(key, value)| KeyValue::new(key, value)).collect(),
                    ))
                    .build();
                let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties)).map_err(failed)?;
                (Sink::Parquet(writer), schema)
            }
            Columnar::Arrow => {
                let schema = Arc::new(schema.with_metadata(pairs.collect::<Metadata>()));
                (Sink::Arrow(FileWriter::try_new(file, &schema).map_err(failed)?), schema)
            }
        };
        Ok(Self { sink, schema, columns: columns.iter().map(builder).collect(), rows: 0 })
    }

    /// Adds a row; a cell that is missing or of another type than its column is none.
    pub(crate) fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> io::Result<()> {
        let mut cells = cells.into_iter();
        for column in &mut self.columns {
            match (column, cells.next()) {
                (Column::Whole(column), Some(Cell::Whole(cell))) => column.append_option(cell),
                (Column::Number(column), Some(Cell::Number(cell))) => column.append_option(cell),
                (Column::Text(column), Some(Cell::Text(cell))) => column.append_option(cell),
                (Column::Truth(column), Some(Cell::Truth(cell))) => column.append_option(cell),
                (Column::Date(column), Some(Cell::Date(cell))) => column.append_option(cell),
                (Column::Whole(column), _) => column.append_null(),
                (Column::Number(column), _) => column.append_null(),
                (Column::Text(column), _) => column.append_null(),
                (Column::Truth(column), _) => column.append_null(),
                (Column::Date(column), _) => column.append_null(),
            }
        }
        self.rows += 1;
        if self.rows == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.rows = 0;
        let finished = self.columns.iter_mut().map(|column| -> ArrayRef {
            match column {
                Column::Whole(column) => Arc::new(column.finish()),
                Column::Number(column) => Arc::new(column.finish()),
                Column::Text(column) => Arc::new(column.finish()),
                Column::Truth(column) => Arc::new(column.finish()),
                Column::Date(column) => Arc::new(column.finish()),
            }
        });
        let batch = RecordBatch::try_new(self.schema.clone(), finished.collect()).map_err(failed)?;
        match &mut self.sink {
            Sink::Parquet(writer) => writer.write(&batch).map_err(failed),
            Sink::Arrow(writer) => writer.write(&batch).map_err(failed),
        }
    }

    /// Adds to the metadata of the file, when all rows are known.
    pub(crate) fn note(&mut self, key: &str, value: String) {
        match &mut self.sink {
            Sink::Parquet(writer) => {
                writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
            }
            Sink::Arrow(writer) => writer.write_metadata(key, value),
        }
    }

    /// Writes what is left and the end of the file.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if self.rows > 0 {
            self.flush()?;
        }
        match self.sink {
            Sink::Parquet(writer) => writer.close().map(drop).map_err(failed),
            Sink::Arrow(mut writer) => writer.finish().map_err(failed),
        }
    }
}
