using System.Text;

namespace LogFlow.Store.Tests;

public sealed class EncodingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void FixedWidth_RandomValues_ComeBack(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var bits = random.Next(1, 64);
            var start = random.NextInt64();
            var values = Enumerable.Range(0, random.Next(0, 300)).Select(i => random.Next(3) == 0
                ? unchecked(start + i)
                : random.NextInt64(long.MinValue >> (63 - bits), long.MaxValue >> (63 - bits))).ToArray();
            var output = new ByteWriter();
            FixedWidth.Append(values, output);
            var read = new long[values.Length];
            var reader = new ByteReader(output.Written);
            FixedWidth.Read(ref reader, read);
            Assert.True(values.SequenceEqual(read), $"seed {seed}, round {round}");
            Assert.Equal(0, reader.Remaining);
        }
    }

    [Fact]
    public void FixedWidth_RisingValues_TakeOneByteEach()
    {
        var output = new ByteWriter();
        FixedWidth.Append([.. Enumerable.Range(0, 1000).Select(i => 1_763_000_000_000 + (i * 10L))], output);
        Assert.Equal(1010, output.Length);
    }

    [Theory]
    [InlineData("2025-11-20T19:53:58.123Z", true)]
    [InlineData("1969-12-31T23:59:59.999999999Z", true)]
    [InlineData("0001-01-01T00:00:00Z", true)]
    [InlineData("2024-02-29T00:00:00.5Z", true)]
    [InlineData("2025-02-29T00:00:00Z", false)]
    [InlineData("2025-11-20T24:00:00Z", false)]
    [InlineData("2025-11-20T19:53:58.Z", false)]
    [InlineData("2025-11-20 19:53:58Z", false)]
    [InlineData("2025-11-20T19:53:58+00:00", false)]
    public void CanonicalTime_IsReadAndWrittenAlike(string text, bool isCanonical)
    {
        var utf8 = Encoding.ASCII.GetBytes(text);
        Assert.Equal(isCanonical, TimeText.TryParseCanonical(utf8, out var units, out var digits));
        if (isCanonical)
        {
            Span<byte> target = stackalloc byte[40];
            Assert.Equal(text, Encoding.ASCII.GetString(target[..TimeText.Format(units, digits, target)]));
        }
    }

    [Theory]
    [InlineData("1.2.3.4", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("01.2.3.4", false)]
    [InlineData("1.2.3", false)]
    [InlineData("1.2.3.4.5", false)]
    [InlineData("256.1.1.1", false)]
    [InlineData("1.2.3.4 ", false)]
    public void Ipv4_CanonicalFormsOnly(string text, bool isAddress)
    {
        Assert.Equal(isAddress, Ipv4Text.TryParse(Encoding.ASCII.GetBytes(text), out var address));
        if (isAddress)
        {
            Span<byte> target = stackalloc byte[Ipv4Text.LengthMax];
            Assert.Equal(text, Encoding.ASCII.GetString(target[..Ipv4Text.Format(address, target)]));
        }
    }

    [Fact]
    public void Bloom_ContainsWhatWasAdded_AndLittleElse()
    {
        var hashes = Enumerable.Range(0, 5000).Select(i => Hash64.Compute(BitConverter.GetBytes(i))).ToArray();
        var output = new ByteWriter();
        TokenBloom.Append(hashes, output);
        var bloom = output.ToArray();
        Assert.All(hashes, hash => Assert.True(TokenBloom.MayContain(bloom, hash)));
        var false_ = Enumerable.Range(10_000, 10_000)
            .Count(i => TokenBloom.MayContain(bloom, Hash64.Compute(BitConverter.GetBytes(i))));
        Assert.True(false_ < 100, $"{false_} of 10000 are false positives");
    }

    /// <summary>A power of two of words, 16 bits an entry: what files of earlier versions hold.</summary>
    [Fact]
    public void Bloom_OfEarlierVersions_IsRead()
    {
        const int Words = 256;
        var hashes = Enumerable.Range(0, 1000).Select(i => Hash64.Compute(BitConverter.GetBytes(i))).ToArray();
        var bits = new ulong[Words];
        foreach (var hash in hashes)
        {
            for (var (probe, position) = (0, hash); probe < 6; probe++, position += (hash >> 32) | 1)
            {
                bits[(position >> 6) % Words] |= 1UL << (int)(position % 64);
            }
        }

        var bloom = System.Runtime.InteropServices.MemoryMarshal.AsBytes(bits.AsSpan()).ToArray();
        Assert.All(hashes, hash => Assert.True(TokenBloom.MayContain(bloom, hash)));
    }

    [Fact]
    public void Hash_NeverChanges() // It is in the blooms on disk.
    {
        Assert.Equal("0850F9794D5108B4", $"{Hash64.Compute(""u8):X16}");
        Assert.Equal("28088E2F9F25F36B", $"{Hash64.Compute("timeout"u8):X16}");
        Assert.Equal("8D0F7575843A7F5D", $"{Hash64.Compute("java.lang.NullPointerException"u8):X16}");
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA-0-0", true)]
    [InlineData("DkUtPEtaaXiHlqW0w9Lh8A-12-9223372036854775807-3", true)]
    [InlineData("DkUtPEtaaXiHlqW0w9Lh8A-12-5-0", false)]
    [InlineData("DkUtPEtaaXiHlqW0w9Lh8A-012-5", false)]
    [InlineData("DkUtPEtaaXiHlqW0w9Lh8A-1--5", false)]
    [InlineData("DkUtPEtaaXiHlqW0w9Lh8B-1-5", false)]
    [InlineData("short-1-5", false)]
    public void DocumentId_ExactSpellingOnly(string text, bool isOurs)
    {
        Assert.Equal(isOurs, DocumentId.TryParse(Encoding.ASCII.GetBytes(text), out var id));
        if (isOurs)
        {
            Assert.Equal(text, id.ToString());
        }
    }

    [Theory]
    [InlineData("foo.bar foo-bar a_b 1.2.3.4", "foo.bar|foo|bar|a_b|1.2.3.4")]
    [InlineData("it's 10.0.0.7:8080 ab:cd 1,000 a.1 1.a _ __x", "it's|10.0.0.7|8080|ab:cd|1,000|a|1|1|a|__x")]
    [InlineData("Müller ÉCOLE 日本 データ привет", "müller|école|日|本|データ|привет")]
    [InlineData("/var/log/x.log key=value [main] user@host", "var|log|x.log|key|value|main|user|host")]
    [InlineData("... --- ", "")]
    public void Tokens_AreThoseOfTheStandardAnalyzer(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', FieldQueries.Analyze(text).Select(Encoding.UTF8.GetString)));

    [Fact]
    public void LongToken_IsCutAfter255Characters() =>
        Assert.Equal([255, 45], FieldQueries.Analyze(new string('a', 300)).Select(token => token.Length));

    [Theory]
    [InlineData("now-1h/h", false, "2025-03-30T11:00:00.000Z")]
    [InlineData("now/d", true, "2025-03-30T23:59:59.999Z")]
    [InlineData("now-1M/M", false, "2025-02-01T00:00:00.000Z")]
    [InlineData("2025-01-31||+1M", false, "2025-02-28T00:00:00.000Z")]
    [InlineData("2025-11", true, "2025-11-30T23:59:59.999Z")]
    [InlineData("2024-02", true, "2024-02-29T23:59:59.999Z")]
    [InlineData("1700000000000", false, "2023-11-14T22:13:20.000Z")]
    public void DateMath_FollowsElasticsearch(string text, bool roundUp, string expected)
    {
        var now = DateTimeOffset.Parse("2025-03-30T12:34:56Z").ToUnixTimeMilliseconds();
        Assert.Equal(expected, TimeText.FormatMs(DateMath.Parse(text, roundUp, now, TimeZoneInfo.Utc, null)));
    }
}
