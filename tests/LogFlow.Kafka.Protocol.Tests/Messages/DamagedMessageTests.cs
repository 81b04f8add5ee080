namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Every message in every version, with bytes that are wrong: read, or refused, but nothing else.</summary>
public sealed class DamagedMessageTests
{
    private const int DamagesPerVersion = 60;

    public static TheoryData<string> MessageNames => RoundTripTests.MessageNames;

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void Message_Damaged_IsReadOrAViolation(string name)
    {
        var type = MessageType.Find(name);
        var seed = Environment.TickCount;
        var random = new Random(seed);
        foreach (var version in type.Versions)
        {
            for (var i = 0; i < DamagesPerVersion; i++)
            {
                var bytes = Damage(MessageType.Write(RandomMessage.Create(type, version, seed + i), version), random);
                try
                {
                    type.Read(bytes, version);
                }
                catch (ProtocolViolationException)
                {
                    // What damaged bytes should lead to.
                }
                catch (Exception exception)
                {
                    Assert.Fail($"{name} v{version}, seed {seed}: {exception}\n{Convert.ToHexString(bytes)}");
                }
            }
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                return bytes[..random.Next(bytes.Length + 1)];
            case 1:
                var noise = new byte[random.Next(64)];
                random.NextBytes(noise);
                return noise;
            case 2 when bytes.Length > 4:
                // A length or count that claims a great deal.
                new byte[] { 0x7F, 0xFF, 0xFF, 0xFF }.CopyTo(bytes, random.Next(bytes.Length - 4));
                return bytes;
            default:
                for (var flips = bytes.Length == 0 ? 0 : random.Next(1, 5); flips > 0; flips--)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return bytes;
        }
    }
}
