namespace LogFlow.Platform;

/// <summary>How much of a peer's certificate is checked. Matches Filebeat's <c>ssl.verification_mode</c>.</summary>
public enum TlsVerification
{
    /// <summary>Its chain, its dates, and that it is for the name that was asked for.</summary>
    Full,

    /// <summary>As <see cref="Full"/>; the name must stand in the certificate's subject alternative names.</summary>
    Strict,

    /// <summary>Its chain and dates, not the name.</summary>
    Certificate,

    /// <summary>Nothing: whoever answers is trusted.</summary>
    None,
}
