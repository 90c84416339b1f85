// Every sheet of a workbook as rows of cells, in JSON: `node read_workbook.mjs exceljs|read-excel-file FILE`.
import ExcelJS from "exceljs";
import readExcelFile from "read-excel-file/node";

const [library, path] = process.argv.slice(2);
const plain = (cell) => (cell && cell.hyperlink ? cell.text : cell ?? null);

async function sheets() {
  if (library === "exceljs") {
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.readFile(path);
    return workbook.worksheets.map((sheet) => {
      const rows = [];
      sheet.eachRow({ includeEmpty: true }, (row) => {
        const cells = [];
        for (let place = 1; place <= sheet.columnCount; place += 1) cells.push(plain(row.getCell(place).value));
        rows.push(cells);
      });
      return [sheet.name, rows];
    });
  }
  return (await readExcelFile(path)).map((sheet) => [sheet.sheet, sheet.data]);
}

console.log(JSON.stringify(Object.fromEntries(await sheets())));
