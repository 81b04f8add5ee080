using LogFlow.Kafka.Protocol.Records;

namespace LogFlow.Kafka.Protocol.Tests.Records;

public class XxHash32Tests
{
    // The specification's own vectors and well-known ones.
    [Theory]
    [InlineData("", 0x02CC5D05u)]
    [InlineData("a", 0x550D7456u)]
    [InlineData("abc", 0x32D153FFu)]
    [InlineData("Nobody inspects the spammish repetition", 0xE2293B2Fu)]
    public void Compute_KnownText_HasTheKnownHash(string text, uint expected) =>
        Assert.Equal(expected, XxHash32.Compute(System.Text.Encoding.ASCII.GetBytes(text)));
}
