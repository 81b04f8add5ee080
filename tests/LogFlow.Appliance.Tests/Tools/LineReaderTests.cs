using System.Text;

namespace LogFlow.Appliance.Tests;

public class LineReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a\nbc\n", "a|bc")]
    [InlineData("a\r\n\nb", "a||b")]
    [InlineData("\r\n", "")]
    [InlineData("a\rb\n", "a\rb")]
    public async Task Next_LinesOfAnyEnding_GivesThemWithout(string text, string expected)
    {
        foreach (var chunk in new[] { 1, 2, 1000 })
        {
            var lines = await ReadAsync(text, chunk, lineBytesMax: 100);

            Assert.Equal(expected, string.Join('|', lines));
            Assert.Equal(text.Length == 0 ? 0 : text.TrimEnd('\n').Count(letter => letter == '\n') + 1, lines.Count);
        }
    }

    [Fact]
    public async Task Next_LineLongerThanAllowed_IsSkippedAndTheNextIsWhole()
    {
        var huge = new string('x', 300_000);
        var lines = await ReadAsync($"a\n{huge}\nb\n{huge}", chunkBytes: 10_000, lineBytesMax: 1000);

        Assert.Equal(["a", "(too long)", "b", "(too long)"], lines);
    }

    [Fact]
    public async Task Next_LineOfExactlyTheLimit_IsGiven() =>
        Assert.Equal(["12345", "(too long)"], await ReadAsync("12345\n123456\n", 1, lineBytesMax: 5));

    [Fact]
    public async Task Next_Cancelled_EndsTheWait()
    {
        using var silent = new ChunkedStream([], 1, isEndless: true);
        using var stop = new CancellationTokenSource();
        var next = new InputLineReader(silent, 100).NextAsync(stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private static async Task<List<string>> ReadAsync(string text, int chunkBytes, int lineBytesMax)
    {
        using var input = new ChunkedStream(Encoding.UTF8.GetBytes(text), chunkBytes, isEndless: false);
        var reader = new InputLineReader(input, lineBytesMax);
        var lines = new List<string>();
        while (await reader.NextAsync(CancellationToken.None) is var outcome && outcome != LineOutcome.End)
        {
            lines.Add(outcome == LineOutcome.TooLong ? "(too long)" : Encoding.UTF8.GetString(reader.Line.Span));
            Assert.Equal(lines.Count, reader.Number);
        }

        return lines;
    }

    /// <summary>Gives so many bytes at a time, as pipes do; an endless one then falls silent.</summary>
    private sealed class ChunkedStream(byte[] bytes, int chunkBytes, bool isEndless) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer[..Math.Min(buffer.Length, chunkBytes)], cancellationToken);
            if (count == 0 && isEndless)
            {
                await new TaskCompletionSource().Task;
            }

            return count;
        }
    }
}
