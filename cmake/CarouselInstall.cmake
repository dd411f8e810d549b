# `make install`, or: cmake --install build/release --prefix PREFIX
#
#   bin/                        carousel, carouseld, carousel_worker
#   lib/carousel/               LibTorch, found by the programs relative to
#                               themselves: the tree can be moved
#   lib/systemd/system/         the unit; lib/sysusers.d/ its user
#   /etc/carousel/              the unit's environment (PREFIX/etc when PREFIX
#                               is neither /usr nor /usr/local)
#   share/carousel/             Prometheus' and Grafana's files, drop-ins
#   share/man/, share/doc/carousel/
#   share/bash-completion/, share/zsh/, share/fish/
#                               completion of the client's command line
#
# Two components, carousel and libtorch: the second is most of the bytes.
set(private_lib lib/carousel)
get_target_property(torch_cpu Torch::torch IMPORTED_LOCATION)
cmake_path(GET torch_cpu PARENT_PATH torch_lib)
cmake_path(SET torch_tree NORMALIZE ${torch_lib}/../..)

set_target_properties(carouseld carousel_worker PROPERTIES
  INSTALL_RPATH "$ORIGIN/../${private_lib}/torch/lib")
# The worker lies beside the server, which looks for it there.
install(TARGETS carousel carouseld carousel_worker
  RUNTIME DESTINATION bin COMPONENT carousel)

# As the wheels have it: the libraries find each other by this layout, those
# that are opened at run time too.
foreach(tree torch/lib nvidia)
  install(DIRECTORY ${torch_tree}${tree}/ DESTINATION ${private_lib}/${tree}
    COMPONENT libtorch
    FILES_MATCHING REGEX "\\.so(\\.[0-9]+)*$"
    PATTERN include EXCLUDE PATTERN libshm EXCLUDE
    PATTERN libshm_windows EXCLUDE)
endforeach()
install(DIRECTORY ${torch_tree} DESTINATION share/doc/carousel/libtorch
  COMPONENT libtorch
  FILES_MATCHING REGEX "/licenses/" PATTERN torch EXCLUDE PATTERN nvidia EXCLUDE)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/doc/carousel
  COMPONENT carousel)

set(deploy ${CMAKE_SOURCE_DIR}/deploy)
install(FILES ${deploy}/man/carousel.1 DESTINATION share/man/man1
  COMPONENT carousel)
install(FILES ${deploy}/man/carouseld.8 DESTINATION share/man/man8
  COMPONENT carousel)
set(completion ${CMAKE_SOURCE_DIR}/client/cli/completion)
install(FILES ${completion}/carousel.bash RENAME carousel
  DESTINATION share/bash-completion/completions COMPONENT carousel)
install(FILES ${completion}/carousel.zsh RENAME _carousel
  DESTINATION share/zsh/site-functions COMPONENT carousel)
install(FILES ${completion}/carousel.fish
  DESTINATION share/fish/vendor_completions.d COMPONENT carousel)
install(DIRECTORY ${deploy}/prometheus ${deploy}/grafana
  DESTINATION share/carousel COMPONENT carousel)
install(FILES ${deploy}/systemd/gpu.conf DESTINATION share/carousel/systemd
  COMPONENT carousel)
install(FILES ${deploy}/systemd/carousel.sysusers DESTINATION lib/sysusers.d
  RENAME carousel.conf COMPONENT carousel)

# The unit names the folders it is installed into, which are known only then.
# The environment is the administrator's once it is there.
install(CODE "
  set(BINDIR \"\${CMAKE_INSTALL_PREFIX}/bin\")
  if(CMAKE_INSTALL_PREFIX MATCHES \"^/usr(/local)?/?$\")
    set(SYSCONFDIR /etc)
  else()
    set(SYSCONFDIR \"\${CMAKE_INSTALL_PREFIX}/etc\")
  endif()
  set(unit \"${CMAKE_BINARY_DIR}/install/carouseld.service\")
  configure_file(\"${deploy}/systemd/carouseld.service.in\" \"\${unit}\" @ONLY)
  file(INSTALL \"\${unit}\"
    DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/system\")
  if(NOT EXISTS \"\$ENV{DESTDIR}\${SYSCONFDIR}/carousel/carouseld.env\")
    file(INSTALL \"${deploy}/systemd/carouseld.env\"
      DESTINATION \"\${SYSCONFDIR}/carousel\")
  endif()
" COMPONENT carousel)
