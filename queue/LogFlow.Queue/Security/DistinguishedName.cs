using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Queue;

/// <summary>
/// Writes a certificate's subject as Kafka does (RFC 2253): <c>CN=agent,OU=logs,O=Example</c>, the most special first,
/// without spaces.
/// </summary>
internal static class DistinguishedName
{
    public static string Format(X509Certificate2 certificate) => string.Join(
        ',', certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: true).Select(Format));

    private static string Format(X500RelativeDistinguishedName part)
    {
        if (part.HasMultipleElements || part.GetSingleElementValue() is not { } value)
        {
            return "#" + Convert.ToHexStringLower(part.RawData.Span);
        }

        var name = part.GetSingleElementType().Value switch
        {
            "2.5.4.3" => "CN",
            "2.5.4.6" => "C",
            "2.5.4.7" => "L",
            "2.5.4.8" => "ST",
            "2.5.4.9" => "STREET",
            "2.5.4.10" => "O",
            "2.5.4.11" => "OU",
            "0.9.2342.19200300.100.1.1" => "UID",
            "0.9.2342.19200300.100.1.25" => "DC",
            var other => other,
        };
        return $"{name}={Escape(value)}";
    }

    private static string Escape(string value)
    {
        foreach (var special in (ReadOnlySpan<string>)["\\", ",", "+", "\"", "<", ">", ";"])
        {
            value = value.Replace(special, "\\" + special, StringComparison.Ordinal);
        }

        return value;
    }
}
