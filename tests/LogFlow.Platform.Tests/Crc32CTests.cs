using System.Text;

namespace LogFlow.Platform.Tests;

public class Crc32CTests
{
    /// <summary>Test values of RFC 3720 appendix B.4, and the usual check string.</summary>
    [Fact]
    public void Compute_KnownInputs_GivesPublishedValues()
    {
        Assert.Equal(0xE3069283u, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(value => (byte)value)]));
    }

    [Fact]
    public void Append_InPieces_EqualsTheWhole()
    {
        var data = new byte[1000];
        new Random(7).NextBytes(data);
        for (var cut = 0; cut <= data.Length; cut += 13)
        {
            var piecewise = Crc32C.Append(Crc32C.Compute(data.AsSpan(0, cut)), data.AsSpan(cut));
            Assert.Equal(Crc32C.Compute(data), piecewise);
        }
    }
}
