package org.orderway.invoices;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.text.Normalizer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.TimeZone;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentInformation;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;

/** A paper being written from top to bottom, on as many A4 sheets as it needs. What the font has no sign for is shown as □. */
class Sheets implements AutoCloseable {

    /** Liberation Sans (SIL Open Font License 1.1) comes with PDFBox: Latin, Greek and Cyrillic. */
    static final String FONT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

    private static final int UNKNOWN = '□';
    private static final float MARGIN = 56;
    private static final float SIZE = 10;
    private static final float TITLE_SIZE = 18;
    private static final float LEADING = 1.4f * SIZE;
    private static final float BETWEEN = 12;
    private static final float RIGHT = PDRectangle.A4.getWidth() - MARGIN;

    /** Where the columns of a row end; all but the first are flush right. */
    private static final float[] COLUMNS = {MARGIN + 230, MARGIN + 290, MARGIN + 385, RIGHT};

    private final PDDocument document = new PDDocument();
    private final TrueTypeFont signs;
    private final CmapLookup glyphs;
    private final PDFont font;
    private PDPageContentStream page;
    private float y;

    Sheets(byte[] fontFile, String number, Instant issuedAt) throws IOException {
        signs = new TTFParser().parse(new RandomAccessReadBuffer(fontFile));
        // No ligatures: looking for them is most of the work on a paper.
        signs.setEnableGsub(false);
        glyphs = signs.getUnicodeCmapLookup();
        font = PDType0Font.load(document, signs, true);
        GregorianCalendar time = new GregorianCalendar(TimeZone.getTimeZone(ZoneOffset.UTC));
        time.setTimeInMillis(issuedAt.toEpochMilli());
        PDDocumentInformation about = document.getDocumentInformation();
        about.setTitle(number);
        about.setCreationDate(time);
        // Its identity is otherwise made of the time it is printed at.
        document.setDocumentId(issuedAt.toEpochMilli());
        turn();
    }

    void title(String text) throws IOException {
        y -= TITLE_SIZE;
        for (String line : wrapped(shown(text), TITLE_SIZE, RIGHT - MARGIN)) {
            put(line, MARGIN, TITLE_SIZE);
            y -= 1.4f * TITLE_SIZE;
        }
    }

    void gap() {
        y -= LEADING;
    }

    void line(String text) throws IOException {
        for (String line : wrapped(shown(text), SIZE, RIGHT - MARGIN)) {
            room();
            put(line, MARGIN, SIZE);
            y -= LEADING;
        }
    }

    void pair(String name, String value) throws IOException {
        line(name + ": " + value);
    }

    /** A row of the table: the first text may take several lines, the others stand beside its first one. */
    void row(String first, String... others) throws IOException {
        List<String> lines = wrapped(shown(first), SIZE, COLUMNS[0] - MARGIN - BETWEEN);
        for (int n = 0; n < lines.size(); n++) {
            room();
            put(lines.get(n), MARGIN, SIZE);
            for (int i = 0; n == 0 && i < others.length; i++) {
                put(others[i], COLUMNS[i + 1] - width(others[i], SIZE), SIZE);
            }
            y -= LEADING;
        }
    }

    void rule() throws IOException {
        room();
        page.setLineWidth(0.5f);
        page.moveTo(MARGIN, y + 0.6f * SIZE);
        page.lineTo(RIGHT, y + 0.6f * SIZE);
        page.stroke();
        y -= 0.4f * LEADING;
    }

    byte[] bytes() throws IOException {
        page.close();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        document.save(bytes);
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        document.close();
        signs.close();
    }

    private void room() throws IOException {
        if (y < MARGIN) {
            page.close();
            turn();
        }
    }

    private void turn() throws IOException {
        PDPage sheet = new PDPage(PDRectangle.A4);
        document.addPage(sheet);
        page = new PDPageContentStream(document, sheet);
        y = PDRectangle.A4.getHeight() - MARGIN;
    }

    private void put(String text, float x, float size) throws IOException {
        if (!text.isEmpty()) {
            page.beginText();
            page.setFont(font, size);
            page.newLineAtOffset(x, y);
            page.showText(text);
            page.endText();
        }
    }

    private List<String> wrapped(String text, float size, float width) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int space = -1;
        for (int sign : text.codePoints().toArray()) {
            line.appendCodePoint(sign);
            if (sign == ' ') {
                space = line.length();
            }
            if (width(line.toString(), size) > width) {
                int cut = space > 0 ? space : line.offsetByCodePoints(line.length(), -1);
                lines.add(line.substring(0, cut));
                line.delete(0, cut);
                space = -1;
            }
        }
        lines.add(line.toString());
        return lines;
    }

    private float width(String text, float size) throws IOException {
        return font.getStringWidth(text) / 1000 * size;
    }

    /** Scripts that run from right to left would come out in the wrong order: they are not shown either. */
    private String shown(String text) {
        StringBuilder shown = new StringBuilder();
        Normalizer.normalize(text, Normalizer.Form.NFC)
                .codePoints()
                .map(sign -> Character.isWhitespace(sign) ? ' ' : sign)
                .map(sign -> glyphs.getGlyphId(sign) == 0 || runsLeft(sign) ? UNKNOWN : sign)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    private static boolean runsLeft(int sign) {
        byte direction = Character.getDirectionality(sign);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
