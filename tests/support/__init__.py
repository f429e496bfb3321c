"""What several test folders share: throwaway servers and requirements of the machine."""
