import hudson.model.TimeSeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Plays a file of series on Hudson's own class. A line has the first value, the decay, the size, then samples; the answer has, after each, all that is kept. */
public class Series {
    public static void main(String[] arguments) throws IOException {
        StringBuilder answer = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] words = line.split(" ");
            TimeSeries series = new TimeSeries(number(words[0]), number(words[1]), Integer.parseInt(words[2]));
            for (int at = 3; at < words.length; at++) {
                series.update(number(words[at]));
                for (float value : series.getHistory()) {
                    answer.append(' ').append(Integer.toHexString(Float.floatToRawIntBits(value)));
                }
                answer.append(',');
            }
            answer.append('\n');
        }
        System.out.print(answer);
    }

    /** By its bits, so that nothing is rounded on the way. */
    private static float number(String bits) {
        return Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16));
    }
}
